import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { COMMANDS } from '../../cli/commands/commands.ts';
import { findPlace } from '../../cli/deployment/find.ts';
import type { Command, Flag } from '../../cli/frame/command.ts';
import { CallError } from '../../cli/frame/errors.ts';
import { flagsOf, parse } from '../../cli/frame/parse.ts';
import { watch } from '../../cli/frame/watch.ts';
import { accountsOf } from '../../cli/pages/accounts.ts';
import { makeClients } from '../../doctor/clients.ts';
import { dynamoDbOf } from '../../doctor/ports.ts';
import { writeBackRecords } from '../../functions/adapters/tables/write-back-records.ts';
import { ROOM_STATES } from '../../functions/rooms/model/events.ts';
import { DUMMY_CREDENTIALS } from '../../local/engines/credentials.ts';
import { type ControlServer, openControl } from '../../local/rooms/control.ts';
import { journey } from '../journey/journey.ts';
import { assertFits, documented } from './stack.ts';
import { call, keptTerminal, type Said, type TerminalOptions } from './terminal.ts';

const system = journey({
  calendarConnections: [{ name: 'office', kind: 'google', calendars: ['anna@example.org'] }],
});

let control: ControlServer;
let folder: string;
beforeAll(async () => {
  control = await openControl(0);
  control.attach(system());
  folder = mkdtempSync(join(tmpdir(), 'command-'));
  const { ask } = system();
  await ask({ key: 'team/a', display_name: 'A', lifetime: 'P30D' });
  await ask({ key: 'team/b', display_name: 'B', lifetime: 'P2D', renewal: { mode: 'none' } });
  await ask({ key: 'lone', display_name: 'Lone', lifetime: 'P60D' });
  await ask({ key: 'nameless' });
});
afterAll(async () => {
  await control.stop();
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

const here = (...argv: string[]): Promise<Said> => call([...argv, '--port', String(control.port)]);
const shown = (options: TerminalOptions, ...argv: string[]): Promise<Said> =>
  call([...argv, '--port', String(control.port)], options);

describe('list', () => {
  test('prints rooms as a table that fits the terminal, and says where it left something out', async () => {
    const wide = await here('list');
    expect(wide.out).toMatch(/^KEY +STATE +GEN +LINK +EXPIRES \(UTC\) +RENEWAL \(UTC\) +LEFT\n/);
    expect(wide.out).toMatch(/^team\/a +active +1 +http\S+ +\S+ \S+ +\S+ \S+ +29 d$/m);
    expect(wide.out).toMatch(/^team\/b +until .* - +47 h$/m);
    const narrow = await shown({ width: 60 }, 'list');
    expect(Math.max(...narrow.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(narrow.err).toContain('--wide shows all of it');
    expect(narrow.out).toMatch(/^KEY +STATE .*(EXPIRES|RENEWAL).* LEFT\n/);
    expect((await shown({ width: 60 }, 'list', '--wide')).out).toBe(wide.out);
  });

  test('prints JSON and CSV of the same rooms, as documented', async () => {
    const { out } = await here('list', '--json');
    assertFits('list', out);
    const rooms: { key: string }[] = JSON.parse(out);
    expect(rooms.map(({ key }) => key)).toEqual(expect.arrayContaining(['team/a', 'team/b', 'lone']));
    expect(out).not.toContain('host');
    const csv = (await here('list', '--csv')).out.trim().split('\n');
    expect(csv).toHaveLength(rooms.length + 1);
    expect(csv[0]).toMatch(/^key,name,state,/);
  });

  test.each<[string[], string[]]>([
    [
      ['--key-prefix', 'team/'],
      ['team/a', 'team/b'],
    ],
    [['--state', 'ending'], ['team/b']],
    [['--key-prefix', 'team/', '--limit', '1'], ['team/a']],
  ])('%j lists %j', async (filter, keys) => {
    const { out } = await here('list', '--json', ...filter);
    expect(JSON.parse(out).map(({ key }: { key: string }) => key)).toEqual(keys);
  });

  test('takes what is due from the index and reads no row of the table for it', async () => {
    const { out } = await here('list', '--due', '40d', '--json');
    assertFits('list of the index', out);
    expect(JSON.parse(out)).toMatchObject([{ key: 'team/a', held: false }]);
    expect((await here('list', '--due', '1d')).err).toBe('no such rooms\n');
    expect((await here('list', '--emergency', '--json')).out).toBe('[]\n');
    expect((await here('list', '--failing', '--json')).out).toBe('[]\n');
  });
});

describe('show', () => {
  test('shows the life of a room, and that nothing is wrong', async () => {
    const { code, out } = await here('show', 'team/a');
    expect(code).toBe(0);
    expect(out).toMatch(/^team\/a\nnothing is wrong\n/);
    for (const part of ['state ', 'link ', 'asked ', 'room ', 'renewal ', 'Room Created'])
      expect(out).toContain(part);
    assertFits('show', (await here('show', 'team/a', '--json')).out);
  });

  test('fits the terminal: words, but no link, go to the next line', async () => {
    const page = (await here('show', 'team/a')).out;
    const narrow = (await shown({ width: 60 }, 'show', 'team/a')).out;
    const long = narrow.split('\n').filter((line) => line.length > 60);
    expect(long.filter((line) => /\S\s/.test(line.trim()))).toEqual([]);
    expect(narrow).toMatch(/^renewal +\S.*\n {11}\S/m);
    expect(narrow.split(/\s+/)).toEqual(page.split(/\s+/));
  });

  test('no command but host-link has a host link in its answer', async () => {
    const link = (await here('host-link', 'lone', '--yes')).out.trim();
    expect(link).toMatch(/^https:/);
    const answers = await Promise.all(
      [['list', '--json'], ['list', '--csv'], ['list'], ['show', 'lone'], ['show', 'lone', '--json']].map(
        (argv) => here(...argv),
      ),
    );
    for (const { out } of answers) expect(out.includes(link)).toBe(false);
  });

  test('says first what is wrong, why, and what mends it', async () => {
    expect(await here('show', 'team/aa')).toMatchObject({
      code: 1,
      err: 'there is no room team/aa: did you mean team/a, team/b?\n',
    });
    const { ask } = system();
    await ask({ key: 'team/a', expires_at: 'yesterday' });
    const wrong = await here('show', 'team/a');
    expect(wrong.code).toBe(1);
    expect(wrong.out).toMatch(
      /^team\/a\n! a message about it rests in \S+: \S+\n {2}.*expires_at.*\n {2}evergreen-rooms dead-letters redrive [\w-]{36} --port \d+\n/,
    );
    assertFits('show', (await here('show', 'team/a', '--json')).out);
    const painted = await shown({ width: 100, colours: true }, 'show', 'team/a');
    expect(painted.out).toContain('\u001b[31m! a message');
    assertFits('dead-letters', (await here('dead-letters', '--json')).out);
  });
});

describe('show of a key without a room', () => {
  test('names a message by the id of the list, also after another try', async () => {
    const idIn = ({ out, err }: Said) => /redrive ([\w-]{36})/.exec(`${out}${err}`)?.[1] ?? 'none';
    const before = idIn(await here('show', 'nameless'));
    expect((await here('dead-letters', 'redrive', before)).code).toBe(0);
    await system().stack.settle();
    expect(idIn(await here('show', 'nameless'))).toBe(before);
    expect((await here('dead-letters')).out).toContain(`message ${before}`);
  });

  test('says why the request for it was given up', async () => {
    expect(await here('show', 'nameless')).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(
        /^there is no room nameless\n! a message about it rests in \S+: \S+\n {2}display_name: is missing.*\n {2}evergreen-rooms dead-letters redrive [\w-]{36} --port \d+\n$/,
      ),
    });
  });

  test.each([
    ['tema/a', 'team/a, team/b'],
    ['LON', 'lone'],
    ['team', 'team/a, team/b'],
  ])('%s offers the nearest keys and those that have it as a part', async (key, near) => {
    expect(await here('show', key)).toMatchObject({
      code: 1,
      err: `there is no room ${key}: did you mean ${near}?\n`,
    });
  });
});

describe('a link that could not be written into an event', () => {
  test('is a problem of its room, with what mends it', async () => {
    const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint } = system().stack.environment;
    const { dynamoDb } = makeClients({ region, endpoint, credentials: DUMMY_CREDENTIALS });
    const { TableNames = [] } = await dynamoDb.send(new ListTablesCommand());
    const table = TableNames.find((name) => name.includes('CalendarTable')) ?? '';
    const record = { key: 'lone', version: 0, revision: 1, links: [], forgetAt: Date.now() + 9e9 };
    await writeBackRecords(dynamoDbOf(dynamoDb), table).write({
      ...record,
      problem: 'refused',
      copies: { 'b-1': 'ignored' },
    });
    dynamoDb.destroy();
    const { code, out } = await here('show', 'lone', '--json');
    assertFits('show', out);
    expect([code, JSON.parse(out).problems]).toEqual([
      1,
      [
        {
          what: 'its link is not in its event',
          why: expect.stringContaining('give the connection the right'),
        },
        {
          what: 'its link is not in the copy of its event in calendar b-1',
          why: expect.stringContaining('not connected'),
        },
      ],
    ]);
  });
});

describe('dead letters', () => {
  test('fit the terminal, and what can be done about them is said', async () => {
    const { out, err } = await shown({ width: 60 }, 'dead-letters');
    expect(out.split('\n').filter((line) => line.length > 60 && line.trim().includes(' '))).toEqual([]);
    expect(out.replaceAll(/\n {2}/g, ' ')).toContain('display_name: is missing');
    expect(err).toMatch(/^evergreen-rooms dead-letters redrive ID --port \d+ gives a message another try, /);
    expect((await here('dead-letters')).err).toBe('');
  });

  test('that do not rest there are named, and nothing is discarded beside them', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';
    const missing = `no dead letter has the id ${unknown}: dead-letters lists them\n`;
    expect(await here('dead-letters', 'redrive', unknown)).toMatchObject({ code: 1, err: missing });
    expect(await here('dead-letters', 'show', unknown)).toMatchObject({ code: 1, err: missing });
    const { ask } = system();
    await ask({ key: 'bad/0' });
    const [letter] = JSON.parse((await here('dead-letters', '--reason', 'is missing', '--json')).out);
    expect(await here('dead-letters', 'discard', letter.id, unknown, '--yes')).toMatchObject({
      code: 1,
      err: `${missing}nothing was discarded\n`,
    });
    expect((await here('dead-letters', 'discard', letter.id, '--yes')).code).toBe(0);
  });

  const ids = async () => {
    const { out } = await here('dead-letters', '--json');
    return (JSON.parse(out) as { id: string; body: string }[]).map(({ id, body }) => [body, id] as const);
  };

  test('are shown, tried again in part and discarded, and the others stay', async () => {
    const { ask, stack } = system();
    await ask({ key: 'bad/1' });
    await ask({ key: 'bad/2' });
    const before = new Map(await ids());
    const of = (key: string, found = before) => found.get(JSON.stringify({ key })) ?? 'none';
    expect((await here('dead-letters', 'show', of('bad/1'))).out).toMatch(
      /bad\/1.*\n.*display_name: is missing/,
    );
    assertFits('dead-letters show', (await here('dead-letters', 'show', of('bad/1'), '--json')).out);
    expect((await here('dead-letters', 'redrive', of('bad/1'))).out).toBe(
      'messages that have another try: 1\n',
    );
    await stack.settle();
    // refused once more: it is back under another id, and shown under its first
    expect((await ids()).map(([body]) => body).toSorted()).toEqual([...before.keys()].toSorted());
    // all of a reason: each once, though each is refused and comes back while the others are looked at
    expect((await here('dead-letters', 'redrive', '--reason', 'is missing')).out).toBe(
      `messages that have another try: ${before.size}\n`,
    );
    await stack.settle();
    expect((await ids()).map(([body]) => body).toSorted()).toEqual([...before.keys()].toSorted());
    expect(await here('dead-letters', 'redrive', '--reason', 'nothing like it')).toMatchObject({
      out: 'messages that have another try: 0\n',
    });
    const after = new Map(await ids());
    expect(await here('dead-letters', 'discard', of('bad/2', after))).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no terminal for a question'),
    });
    expect(await shown({ answer: 'y' }, 'dead-letters', 'discard', of('bad/2', after))).toMatchObject({
      code: 0,
      out: 'messages that are discarded: 1\n',
    });
    expect((await ids()).map(([body]) => body)).not.toContain(JSON.stringify({ key: 'bad/2' }));
    expect((await ids()).length).toBe(before.size - 1);
    expect(await here('dead-letters', 'discard', of('bad/2', after), '--yes')).toMatchObject({ code: 1 });
  });
});

describe('plan', () => {
  test('draws the coming nights, and lists the keys of one', async () => {
    const { out } = await here('plan', '--nights', '60', '--json');
    assertFits('plan', out);
    const asked = (await here('plan', '--nights', '60', '--ask', '--json')).out;
    assertFits('plan --ask', asked);
    expect(JSON.parse(asked)).toEqual({ nights: JSON.parse(out), overlaps: [], unseen: [] });
    const nights: { night: string; rooms: number }[] = JSON.parse(out);
    expect(nights).toHaveLength(60);
    const busy = nights.filter(({ rooms }) => rooms > 0);
    expect(busy.length).toBeGreaterThan(0);
    const night = busy[0]?.night ?? '';
    expect((await here('plan', '--night', night)).out).toBe('team/a\n');
    assertFits('plan --night', (await here('plan', '--night', night, '--json')).out);
    const idle = nights.find(({ rooms }) => rooms === 0)?.night ?? '';
    expect((await here('plan', '--night', idle)).err).toBe('no room is renewed in that night\n');
    expect((await here('plan', '--nights', '60')).out).toMatch(
      new RegExp(`^${night} +1 +█+ +emulator 1$`, 'm'),
    );
  });
});

describe('accounts', () => {
  test('are shown against their limits, at any width', async () => {
    const { code, out } = await here('accounts', '--json');
    assertFits('accounts', out);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([
      {
        application: 'emulator',
        provider: 'meetings-api',
        rooms: 3,
        ending: 0,
        due: 0,
        limit: 1000,
        perRun: expect.any(Number),
      },
    ]);
    expect(JSON.parse((await here('accounts', '--due', '40d', '--json')).out)).toMatchObject([{ due: 1 }]);
    const narrow = (await shown({ width: 60 }, 'accounts')).out.trimEnd().split('\n');
    expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(narrow).toEqual([
      expect.stringMatching(/^ACCOUNT +ROOMS +LIMIT +DUE 7d/),
      expect.stringMatching(/^emulator +3 +1000 \(0 %\) +0/),
    ]);
  });

  test('are asked for their lists, and one that cannot be read is wrong', async () => {
    const { emulator } = system();
    expect(JSON.parse((await here('accounts', '--ask', '--json')).out)).toMatchObject([
      { listed: { rooms: 3, ours: 3 } },
    ]);
    emulator.faults.add({ on: 'GET /rooms', fault: 'status', status: 401, times: 'always' });
    const { code, out } = await here('accounts', '--ask');
    emulator.faults.clear();
    expect([code, out]).toEqual([1, expect.stringMatching(/^! emulator cannot be listed: /m)]);
  });

  test('say since when their secrets have their credentials', async () => {
    const putAt = async () => {
      const { out } = await here('accounts', '--ask', '--json');
      assertFits('accounts', out);
      return Date.parse(JSON.parse(out)[0].credentialAt);
    };
    const before = await putAt();
    const file = join(folder, 'credential.pem');
    writeFileSync(file, system().credential);
    expect((await here('credentials', 'put', 'emulator', '--file', file)).code).toBe(0);
    expect(await putAt()).toBeGreaterThan(before);
    expect((await shown({ width: 200 }, 'accounts', '--ask')).out).toMatch(
      / CREDENTIAL OF \(UTC\)\n.* \d\d:\d\d$/m,
    );
    expect((await here('accounts', '--json')).out).not.toContain('credentialAt');
  });
});

test('an account whose secret does not say its age has the answer of its pool', async () => {
  const port = String(control.port);
  const place = { stack: undefined, deployment: undefined, region: undefined, local: false, port };
  const found = await findPlace(place, 'any', {});
  const credentialAt = () => Promise.reject(new Error('not found'));
  const [account] = await accountsOf({ ...found, credentialAt }, { ask: true, ahead: 0 });
  expect(account).toMatchObject({ listed: { ours: 3 } });
  expect(account).not.toHaveProperty('error');
});

describe('a room is handed on', () => {
  test('export prints a line of JSON for each room, without a host link', async () => {
    const lines = (await here('export')).out.trim().split('\n');
    for (const line of lines) assertFits('line of export', line);
    expect(lines.map((line) => JSON.parse(line).key)).toContain('lone');
    const link = (await here('host-link', 'lone', '--yes')).out.trim();
    expect(lines.join('\n').includes(link)).toBe(false);
  });

  test('open prints the link where there is no terminal to open it from', async () => {
    const { link } = await system().room('lone');
    expect(await here('open', 'lone')).toMatchObject({ code: 0, out: `${link}\n` });
    expect((await here('open', 'unknown')).code).toBe(1);
  });
});

test('events are listed, and printed as JSON', async () => {
  expect((await here('events')).out).toMatch(/ Room Created +team\/a /);
  assertFits('events', (await here('events', '--json')).out);
});

test.each(COMMANDS.filter(({ flags }) => flags.json).map(({ name }) => name))(
  'the JSON of %s is documented',
  (name) => {
    expect(documented.some((each) => new RegExp(`\\b${name}\\b`).test(each))).toBe(true);
  },
);

describe('completion', () => {
  test('completes commands and their options in bash', async () => {
    const { out } = await call(['completion', 'bash']);
    const file = join(folder, 'completion.bash');
    writeFileSync(file, out);
    const complete = (...words: string[]) =>
      execFileSync('bash', [
        '-c',
        `. ${file}; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _evergreen_rooms; echo "\${COMPREPLY[*]}"`,
      ])
        .toString()
        .trim();
    expect(complete('evergreen-rooms', 're')).toBe('request release redrive reconcile');
    expect(complete('evergreen-rooms', 'list', '--em')).toBe('--emergency');
    expect(complete('evergreen-rooms', 'list', '--state', 'o')).toBe('opening on-demand');
    expect(complete('evergreen-rooms', 'dead-letters', "''")).toBe('show redrive discard');
    expect(complete('evergreen-rooms', 'dead-letters', 'redrive', 'r')).toBe(
      'requests rotations reconciliations',
    );
    expect(complete('evergreen-rooms', 'dead-letters', 'redrive', '--reason', 'pack')).toBe('');
    expect(complete('evergreen-rooms', 'show', 'pack')).toBe('');
    for (const words of [['import'], ['import', '--json'], ['hold', '--from']])
      expect(complete('evergreen-rooms', ...words, 'package.js')).toBe('package.json');
  });

  test.each(['zsh', 'fish'])('has a script for %s with every command in it', async (shell) => {
    const { code, out } = await call(['completion', shell]);
    expect(code).toBe(0);
    for (const name of ['list', 'show', 'dead-letters', 'completion']) expect(out).toContain(name);
    expect(out.split("'").length % 2).toBe(1);
    expect(out).toContain('show redrive discard');
    expect(out).toContain(ROOM_STATES.join(' '));
  });
});

describe('rooms are changed by messages', () => {
  test('a dry run says what would happen, and nothing does', async () => {
    const before = await system().doors.rooms();
    const { code, out } = await here('hold', 'lone', '--dry-run');
    expect([code, out]).toEqual([0, expect.stringMatching(/^lone {2}hold: .*would be held/)]);
    expect(await system().doors.rooms()).toEqual(before);
  });

  test('--wait returns when it is done', async () => {
    expect(await here('hold', 'lone', '--wait')).toMatchObject({
      code: 0,
      out: 'lone  held  generation 1\n',
    });
    expect(await here('release', 'lone', '--wait')).toMatchObject({
      code: 0,
      out: 'lone  active  generation 1\n',
    });
    expect(await here('rotate', 'lone', '--wait')).toMatchObject({
      code: 0,
      out: 'lone  active  generation 2\n',
    });
    expect(await here('cancel', 'team/b', '--wait')).toMatchObject({
      code: 0,
      err: expect.stringContaining('the rooms end at their providers too, also imported ones'),
    });
    expect(await here('hold', 'team/b')).toMatchObject({
      code: 1,
      err: 'team/b is cancelled: nothing was sent; a request opens a new room\n',
    });
    expect(await here('cancel', 'mistyped/key')).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^there is no room mistyped\/key: .*list shows all keys$/m),
    });
    expect(await here('rotate', 'unknown', 'lone', '--yes')).toMatchObject({
      code: 1,
      err: 'there is no room unknown: nothing was sent; list shows all keys\n',
    });
  });

  test('a hold shows on a key on demand too, whose state stays', async () => {
    const key = 'knock/held';
    await system().ask({ key, display_name: 'Knock', renewal: { mode: 'on-demand' } });
    expect((await here('list', '--state', 'held')).out).not.toContain(key);
    expect((await here('hold', key, '--wait')).out).toBe(`${key}  on-demand, held  generation 0\n`);
    expect((await here('list', '--state', 'held')).out).toMatch(/^knock\/held +on-demand, held /m);
    const page = (await here('show', key)).out;
    expect(page).toMatch(/^state +on-demand, held, generation 0$/m);
    expect(page).toMatch(/^renewal +none: a person holds it, so no visitor can open a room /m);
    expect(JSON.parse((await here('show', key, '--json')).out)).toMatchObject({ held: true });
    expect((await here('release', key, '--wait')).out).toBe(`${key}  on-demand  generation 0\n`);
    expect((await here('show', key)).out).toContain('a visitor who knocks at its link');
    expect((await here('cancel', key, '--wait')).code).toBe(0);
  });

  test('more than one key asks a person first, and changes nothing where there is none', async () => {
    const chosen = ['hold', '--application', 'emulator'];
    expect(await here(...chosen)).toMatchObject({ code: 2, err: expect.stringContaining('add --yes') });
    expect(await shown({ answer: 'n' }, ...chosen)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^hold 2 rooms, (team\/a, lone|lone, team\/a)\? \[y\/N\]/m),
    });
    expect((await system().room('team/a')).state).toBe('active');
    const file = join(folder, 'keys.txt');
    writeFileSync(file, 'team/a\n\nlone\nlone\n');
    expect(await shown({ answer: 'y' }, 'hold', '--from', file, '--wait')).toMatchObject({ code: 0 });
    expect((await system().room('team/a')).state).toBe('held');
    expect((await here('release', 'team/a', 'lone', '--yes', '--wait')).code).toBe(0);
  });

  test('a property that only one room has asks too: nobody wrote its key', async () => {
    const chosen = ['cancel', '--key-prefix', 'lon'];
    expect(await here(...chosen)).toMatchObject({ code: 2, err: expect.stringContaining('add --yes') });
    expect(await shown({ answer: '' }, ...chosen)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^cancel 1 room, lone: .*\? \[y\/N\] nothing was changed$/m),
    });
    expect((await system().room('lone')).state).toBe('active');
  });

  test('many requests of one file are sent, and what came of them is told', async () => {
    const file = join(folder, 'rooms.jsonl');
    const line = (key: string) => JSON.stringify({ key, display_name: key, lifetime: 'P30D' });
    writeFileSync(file, `${line('many/1')}\n${line('many/2')}\n`);
    expect((await here('request', file, '--dry-run')).out.match(/would be created/g)).toHaveLength(2);
    const sent = await here('request', file);
    expect(sent).toMatchObject({ code: 0, out: expect.stringMatching(/Room Created +many\/2/) });
    expect((await here('cancel', 'many/1', 'many/2', '--yes', '--wait')).out).toBe(
      'many/1  cancelled  generation 1\nmany/2  cancelled  generation 1\n',
    );
  });
});

describe('a request that is waited for', () => {
  const sent = (...bodies: object[]) => {
    const file = join(folder, 'waited.jsonl');
    writeFileSync(file, bodies.map((body) => JSON.stringify(body)).join('\n'));
    return here('request', file, '--wait');
  };
  const room = { key: 'waited/1', display_name: 'Waited', lifetime: 'P30D' };

  test('is done when its room is there, also once more, and without a key', async () => {
    const done = { code: 0, out: 'waited/1  active  generation 1\n' };
    expect(await sent(room)).toMatchObject(done);
    expect(await sent(room)).toMatchObject(done);
    expect(await sent({ key: 'waited/1', action: 'hold' })).toMatchObject({
      out: 'waited/1  held  generation 1\n',
    });
    expect((await sent({ ...room, key: undefined })).out).toMatch(/^message:[\w-]{36} {2}active /);
  });

  test('is shown with its refusal', async () => {
    expect(await sent({ key: 'waited/2' }, { ...room, key: 'waited/3' })).toMatchObject({
      code: 1,
      out: 'waited/3  active  generation 1\n',
      err: expect.stringMatching(/^waited\/2: given up: .*display_name: is missing/m),
    });
  });

  test('is no event and no calendar, whose keys their sources give', async () => {
    const files = ['examples/room-requested-event.json', 'examples/calendar.ics'];
    expect(await here('request', ...files, '--wait')).toMatchObject({
      code: 2,
      err: files
        .map((file) => `${file} is an event or a calendar: --wait waits for requests alone\n`)
        .join(''),
    });
  });
});

describe('a watch', () => {
  test('of rooms prints into a pipe what has changed, until Ctrl-C', async () => {
    const { ask } = system();
    const between = [
      () => ask({ key: 'seen/a', action: 'hold', reason: 'the provider moves' }),
      async () => {},
      () => ask({ key: 'seen/b', action: 'cancel' }),
    ];
    await ask({ key: 'seen/a', display_name: 'A', lifetime: 'P30D' });
    await ask({ key: 'seen/b', display_name: 'B', lifetime: 'P30D' });
    const lines = (said: Said) => said.out.trimEnd().split('\n');
    const filter = ['list', '--watch', '--key-prefix', 'seen/'];
    const json = lines(
      await shown(
        { between: [...between, () => ask({ key: 'seen/a', action: 'release' })] },
        ...filter,
        '--json',
      ),
    );
    for (const line of json) assertFits('line of list --watch', line);
    expect(json.map((line) => JSON.parse(line)).map(({ key, state }) => [key, state])).toEqual([
      ['seen/a', 'active'],
      ['seen/b', 'active'],
      ['seen/a', 'held'],
      ['seen/b', 'cancelled'],
      ['seen/a', 'active'],
    ]);
    const table = lines(await shown({ between }, ...filter, '--state', 'active'));
    expect(table.map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
      ['KEY', 'STATE'],
      ['seen/a', 'active'],
      ['seen/a', 'is not in the list any more'],
    ]);
  });

  test('redraws a terminal, and reads no more rooms than it shows', async () => {
    const { ask } = system();
    await ask({ key: 'drawn', display_name: 'Drawn', lifetime: 'P30D' });
    const hold = () => ask({ key: 'drawn', action: 'hold' });
    const { code, out } = await shown({ width: 100, between: [hold] }, 'show', 'drawn', '--watch');
    expect(code).toBe(0);
    const [, first = '', second = ''] = out.split('(cleared)\n');
    expect(first).toMatch(/^drawn\n[\s\S]*state +active/);
    expect(second).toMatch(/^drawn\n[\s\S]*state +held/);
    const lines = (await shown({ width: 100, between: [hold] }, 'show', 'later', '--watch')).out;
    expect(lines).toBe('(cleared)\nthere is no room later\n'.repeat(2));
  });

  test('says why a look failed, and looks again', async () => {
    const { terminal, said } = keptTerminal({ between: [async () => {}, async () => {}] });
    const looks = ['first', undefined, 'third'];
    await watch({ terminal, interval: 1, redraws: false }, async () => {
      const found = looks.shift();
      if (found === undefined) throw new Error('the table does not answer');
      return [found];
    });
    expect(said).toEqual({
      out: 'first\nthird\n',
      err: expect.stringContaining('the table does not answer'),
    });
  });

  test('ends with 0 at Ctrl-C', async () => {
    const watching = spawn(process.execPath, [
      'cli/main.ts',
      'list',
      '--watch',
      '--port',
      String(control.port),
    ]);
    await once(watching.stdout, 'data');
    watching.kill('SIGINT');
    expect(await once(watching, 'exit')).toEqual([0, null]);
  });
});

describe('a reason', () => {
  test('is in the log of what was done, and one that could let somebody in is refused', async () => {
    const { stack, ask } = system();
    expect((await here('rotate', 'seen/a', '--wait', '--reason', 'its link was in a mail')).code).toBe(0);
    const line = stack.logs.map(({ line }) => line).find((each) => each.includes('its link was in a mail'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      key: 'seen/a',
      work: 'rotate',
      because: 'its link was in a mail',
    });
    const refused = await here('hold', 'seen/a', '--reason', 'see https://meetings.example/?host');
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('without an address') });
    await ask({ key: 'seen/a', action: 'hold', reason: 'x'.repeat(201) });
    expect((await here('dead-letters', '--reason', 'reason: must be 1 to 200')).out).toContain('seen/a');
  });
});

describe('a stack in AWS is reached by the same commands', () => {
  test('through the wire of the AWS SDK', async () => {
    const { environment, template } = system().stack;
    for (const name of ['AWS_ENDPOINT_URL', 'AWS_REGION']) vi.stubEnv(name, environment[name]);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    // what a command waits for is done between its first look and its second
    const between = [() => system().stack.settle()];
    const there = (...argv: string[]) => call([...argv, '--stack', template.stackName], { between });
    const rooms = await there('list', '--json');
    assertFits('list', rooms.out);
    expect(JSON.parse(rooms.out)).toEqual(JSON.parse((await here('list', '--json')).out));
    const life = await there('show', 'lone', '--json');
    assertFits('show', life.out);
    const { events, eventsFrom, history } = JSON.parse(life.out);
    expect(eventsFrom).toBe('history');
    expect(events.map(({ type }: { type: string }) => type)).toEqual([
      'Room Created',
      ...history.map(() => 'Room Rotated'),
    ]);
    expect((await there('accounts', '--ask', '--json')).out).toBe(
      (await here('accounts', '--ask', '--json')).out,
    );
    expect((await there('hold', 'lone', '--wait')).out).toBe('lone  held  generation 2\n');
    expect((await there('release', 'lone', '--wait')).code).toBe(0);
    const examined = await there('doctor', '--json');
    assertFits('doctor', examined.out);
    expect(examined.code).toBe(1);
    const refused = await call(['list', '--stack', 'Another']);
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('does not exist') });
    vi.unstubAllEnvs();
  });
});

describe('a call that is wrong ends with 2', () => {
  test('and names standard input, not its dash', () => {
    const nothing = ['cli/main.ts', 'import', '-', '--local'];
    const { status, stderr } = spawnSync(process.execPath, nothing, { input: '', encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^standard input: has no room: /)]);
  });

  test.each<[string[], string]>([
    [
      ['--stack', 'X', 'list'],
      'an option comes after the command, got --stack first; --help shows what there is\n',
    ],
    [['lst'], 'there is no command lst: did you mean list?'],
    [['list', '--state', 'gone'], '--state must be one of opening, active'],
    [['list', '--due', 'soon'], '--due is written 30s, 30m, 12h, 7d or 2w, got soon'],
    [['list', '--due', '1d', '--failing'], 'choose one of --due'],
    [
      ['list', '--application', 'nope'],
      'the pool has no application nope: it has emulator; and no such room',
    ],
    [['list', '--due', '40d', '--application', 'nope', '--json'], 'the pool has no application nope'],
    [
      ['hold', '--application', 'nope'],
      'the pool has no application nope: it has emulator; and no such room',
    ],
    [['hold', '--from', '/dev/null'], '/dev/null names no key: write a key a line\n'],
    [['import', '/dev/null'], '/dev/null: has no room: write a first line that names the columns'],
    [['feed', 'nope', 'https://calendar.example/a.ics'], 'the stack has no feed nope: its feeds are none'],
    [['dead-letters', '--yes'], '--yes has no meaning for dead-letters without a verb'],
    [['dead-letters', 'redrive', '--json'], '--json has no meaning for dead-letters redrive\n'],
    [['redrive', 'calendar'], 'there is no queue of calendar: name one of requests'],
    [['list', '--region', 'eu-central-1'], 'choose one of --region and --port'],
    [['list', '--json', '--csv'], 'choose one of --json and --csv'],
    [['list', '--limit', '0'], '--limit must be a whole number'],
    [['list', '--limit', '-1'], 'write --limit=VALUE for a value that begins with a dash\n'],
    [['plan', '--night', '2027-02-30'], '--night must be a date within 366 days from today on'],
    [['rotate', '--from', 'no-such-file'], 'no-such-file cannot be read: there is no such file\n'],
    [['import', 'docs'], 'docs cannot be read: it is a folder\n'],
    [['reconcile', '--confirm', 'emulator'], 'that was reported: the event'],
    [['redrive'], 'name a queue: one of requests'],
    [['show'], 'name the key of a room'],
    [['hold'], 'name the rooms in one way'],
    [['rotate', 'lone', '--to', 'nowhere'], '--to must be an application of the pool (emulator)'],
    [['dead-letters', 'redrive', 'letters'], 'there is no queue of letters'],
    [['doctor'], 'this command is for a stack in AWS'],
    [['host-link', 'lone'], 'a host link is a credential'],
  ])('%j', async (argv, reason) => {
    expect(await here(...argv)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(reason) });
  });

  // the options of every command are looked at once
  const options = COMMANDS.flatMap((command, i) =>
    Object.entries(i === 0 ? flagsOf(command) : command.flags).map(([name, flag]) => ({
      command,
      name,
      flag,
    })),
  );
  /** An option with a value that it takes. */
  const given = (command: Command, name: string): string => {
    const { type, values: [value = '1'] = [] } = flagsOf(command)[name] as Flag;
    return type === 'boolean' ? `--${name}` : `--${name}=${value}`;
  };

  test.each(
    options.flatMap(({ command, name, flag: { needs } }) => (needs ? [{ command, name, needs }] : [])),
  )('$command.name --$name without what it belongs to', ({ command, name, needs }) => {
    const meaning = `--${name} has no meaning without --${needs.join(' or --')}`;
    expect(() => parse(command, [given(command, name)])).toThrow(new CallError(meaning));
    for (const other of needs) parse(command, [given(command, name), given(command, other)]);
  });

  test.each(
    options.flatMap(({ command, name, flag: { without = [] } }) =>
      without.map((other) => ({ command, name, other })),
    ),
  )('$command.name --$name --$other, which exclude each other', ({ command, name, other }) => {
    expect(() => parse(command, [given(command, name), given(command, other)])).toThrow(CallError);
  });

  test.each(options.filter(({ flag }) => flag.values))(
    '$command.name --$name with a value that it does not take',
    ({ command, name, flag }) => {
      expect(() => parse(command, [`--${name}`, 'nope'])).toThrow(
        new CallError(`--${name} must be one of ${flag.values?.join(', ')}, got nope`),
      );
    },
  );

  test.each(options.filter(({ flag }) => flag.ofPool))(
    '$command.name --$name with an application that the pool does not have',
    async ({ command, name }) => {
      const { needs = [] } = command.flags[name] as Flag;
      const rooms = command.files ? ['--all'] : command.most > 0 ? ['lone'] : [];
      expect(await here(command.name, ...rooms, `--${name}`, 'nope', ...needs)).toMatchObject({
        code: 2,
        out: '',
        err: `--${name} must be an application of the pool (emulator), got nope\n`,
      });
    },
  );

  test('every option that names an application is one of these', () => {
    const named = options.filter(
      ({ flag }) => flag.value === 'NAME' && /application|account/.test(flag.help),
    );
    const others = named
      .filter(({ flag }) => !flag.ofPool)
      .map(({ command, name }) => `${command.name} --${name}`);
    // rooms may be in an application that the pool had before
    expect(others).toEqual([
      'list --application',
      'rotate --application',
      'hold --application',
      'release --application',
      'cancel --application',
    ]);
  });

  test('a port of the console that is in use is named', async () => {
    const { port } = control;
    const { code, err } = await here('console', '--listen-on', String(port));
    expect([code, err]).toEqual([
      2,
      `port ${port} is in use: name another by --listen-on, or leave it out\n`,
    ]);
  });

  test('every command explains itself', async () => {
    const { out } = await call(['--help']);
    const names = [...out.matchAll(/^ {2}([a-z][a-z-]+) {2,}/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(14);
    for (const name of names) {
      const help = await call([name, '--help']);
      expect(help).toMatchObject({ code: 0, out: expect.stringContaining('Exit codes: 0 done') });
      expect(Math.max(...help.out.split('\n').map((line) => line.length)), name).toBeLessThanOrEqual(140);
    }
    expect((await call([])).code).toBe(2);
  });
});

test('--version prints the version of the package', async () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(await call(['--version'])).toMatchObject({ code: 0, out: `${manifest.version}\n` });
});

test('a command goes to no stack in AWS when the chosen local one has stopped', async () => {
  const place = { stack: undefined, deployment: undefined, region: undefined, local: false, port: undefined };
  const environment = { EVERGREEN_ROOMS_PORT: '1', EVERGREEN_ROOMS_STACK: 'EvergreenRooms-prod' };
  await expect(findPlace(place, 'any', environment)).rejects.toThrow('no stack runs on port 1');
  await expect(findPlace(place, 'any', { EVERGREEN_ROOMS_PORT: 'x' })).rejects.toThrow(
    'EVERGREEN_ROOMS_PORT must be a number from 1 to 65535, got x',
  );
});
