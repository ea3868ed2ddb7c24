import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daily, startDaily } from '../../emulators/daily/daily.ts';
import type { RoomEmulator } from '../../emulators/room-emulator.ts';
import { startWhereby } from '../../emulators/whereby/whereby.ts';
import { startZoom, type Zoom } from '../../emulators/zoom/zoom.ts';
import { type LocalRooms, startLocalRooms } from '../../local/rooms/local-rooms.ts';
import { DAY } from '../journey/journey.ts';
import { assertFits, beside, turnToNoon } from './stack.ts';

const SECRET = 'credential0of0this0test0with040characters';
const ACCOUNT = { accountId: 'evergreen', clientId: 'evergreen-app' };
const HOSTS = ['ann@example.org', 'bob@example.org'];

let rooms: LocalRooms;
let zoom: Zoom;
let emulators: Record<'daily' | 'whereby' | 'zoom', RoomEmulator>;
let folder: string;
/** The links that the team has handed out, by what each room is called here. */
const links: Record<string, string> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'import-'));
  const daily = await startDaily({
    domains: [{ domainName: 'evergreen', apiKeys: [SECRET] }],
    rateLimits: false,
  });
  const whereby = await startWhereby({
    organizations: [{ subdomain: 'evergreen', apiKeys: [SECRET] }],
    rateLimits: false,
  });
  zoom = await startZoom({
    accounts: [{ ...ACCOUNT, clientSecrets: [SECRET], hosts: HOSTS.map((email) => ({ email })) }],
    rateLimits: false,
  });
  emulators = { daily, whereby, zoom };
  const entry = (name: keyof typeof emulators, more: object = {}) => ({
    provider: name,
    name,
    baseUrl: emulators[name].url,
    ...more,
  });
  rooms = await startLocalRooms({
    settings: {
      applications: [entry('daily'), entry('whereby'), entry('zoom', { ...ACCOUNT, hosts: HOSTS })],
    },
    startProvider: async () => ({
      title: 'three providers',
      url: daily.url,
      emulator: daily,
      application: entry('daily'),
      credential: SECRET,
      movesExpiry: true,
      settle: async () => {
        for (const emulator of Object.values(emulators)) await emulator.settle();
      },
      state: () => ({}),
      close: async () => {
        for (const emulator of Object.values(emulators)) await emulator.close();
      },
    }),
  });
  for (const name of ['whereby', 'zoom']) await rooms.doors.putCredential(name, SECRET);
});
afterAll(async () => {
  await rooms.stop();
  rmSync(folder, { recursive: true });
});

const { here, shown, there, deployment } = beside(() => rooms);

/** What the team has at its providers. */
beforeAll(async () => {
  await turnToNoon(rooms);
  const end = new Date(rooms.stack.clock.now() + 60 * DAY).toISOString();
  const exp = Math.floor(Date.parse(end) / 1000);
  for (const [name, properties] of Object.entries({ weekly: {}, 'team-a': { exp }, 'team-b': { exp } })) {
    links[name] = (await post('daily', '/rooms', { name, properties })).url as string;
  }
  for (const name of ['salon', 'studio']) {
    const made = await post('whereby', '/meetings', {
      endDate: end,
      roomNamePrefix: name,
      fields: ['hostRoomUrl'],
    });
    links[name] = made.roomUrl as string;
  }
  const meeting = (topic: string, more: object) =>
    zoom.schedule('ann@example.org', { topic, password: '4h7Kq2', ...more } as never);
  meeting('Board', { type: 3 });
  meeting('Course', { type: 2, start_time: end });
  meeting('Now', { type: 8, start_time: end, recurrence: { type: 2, repeat_interval: 1, end_times: 3 } });
  for await (const page of (await deployment()).pool.provider('zoom').list()) {
    for (const { guestUrl, settings } of page) links[settings?.display_name ?? ''] = guestUrl;
  }
});

async function post(name: 'daily' | 'whereby', path: string, body: object) {
  const reply = await fetch(`${emulators[name].url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await reply.json()) as Record<string, unknown>;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const world = async () => [
  Object.values(emulators).map((emulator) => emulator.inventory()),
  await rooms.doors.rooms(),
];

interface Planned {
  readonly key: string;
  readonly outcome: string;
  readonly reason?: string;
}

describe('rooms that exist are imported', () => {
  const csv = () =>
    file(
      'rooms.csv',
      [
        'key,room,application,display_name',
        `meeting/weekly,${links.weekly},daily,"Weekly, of all"`,
        `meeting/salon,${links.salon}/,whereby,Salon`,
        `meeting/board,${links.Board},zoom,`,
        `meeting/course,${links.Course?.split('?')[0]},zoom,`,
        '',
      ].join('\r\n'),
    );

  test('a dry run says what would happen to each, and nothing does', async () => {
    const lines = [
      { key: 'a', application: 'daily', room: 'nobody' },
      { key: 'b', application: 'whereby', room: 'https://evergreen.whereby.com/nobody' },
      { key: 'c', application: 'zoom', link: links.Now },
    ];
    const bad = file('bad.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
    const before = await world();
    const { code, out } = await here('import', csv(), bad, '--dry-run', '--json');
    assertFits('import', out);
    const planned: Planned[] = JSON.parse(out);
    expect(code).toBe(1);
    expect(planned.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['meeting/weekly', 'import'],
      ['meeting/salon', 'import'],
      ['meeting/board', 'import'],
      ['meeting/course', 'import'],
      ['a', 'refused'],
      ['b', 'refused'],
      ['c', 'refused'],
    ]);
    expect(planned.slice(4).map(({ reason }) => reason)).toEqual([
      expect.stringContaining('the provider has no room of that id'),
      expect.stringContaining('no room of the account has this link'),
      expect.stringContaining('is a meeting with times of its own'),
    ]);
    expect((await there('import', csv(), bad, '--dry-run', '--json')).out).toBe(out);
    const narrow = await shown({ width: 60 }, 'import', csv(), '--dry-run');
    expect(narrow.code).toBe(0);
    expect(Math.max(...narrow.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(narrow.err).toContain('4 rooms to import, 0 imported already, 0 refused\n');
    expect(await world()).toEqual(before);
  });

  test('more than one asks a person first; each keeps its link, and is announced', async () => {
    expect(await here('import', csv())).toMatchObject({ code: 2, err: expect.stringContaining('add --yes') });
    const { code, out } = await shown({ answer: 'y' }, 'import', csv(), '--wait', '--wide');
    expect(code).toBe(0);
    expect(out.trim().split('\n').toSorted()).toEqual([
      'meeting/board  active  generation 1',
      'meeting/course  active  generation 1',
      'meeting/salon  active  generation 1',
      'meeting/weekly  active  generation 1',
    ]);
    const keep = async (key: string) => (await rooms.doors.room(key))?.guestUrl;
    expect(await keep('meeting/weekly')).toBe(links.weekly);
    expect(await keep('meeting/salon')).toBe(links.salon);
    expect(await keep('meeting/board')).toBe(links.Board);
    expect(await keep('meeting/course')).toBe(links.Course);
    const weekly = await rooms.doors.room('meeting/weekly');
    expect(weekly).toMatchObject({ name: 'Weekly, of all', link: expect.stringMatching(/^https?:/) });
    const created = rooms.doors
      .announcements()
      .map(({ event }) => [event['detail-type'], (event.detail as { reason?: string }).reason]);
    expect(created.filter(([type]) => type === 'Room Created')).toEqual(
      Array.from({ length: 4 }, () => ['Room Created', 'imported']),
    );
  });

  test('a repetition finds that all is done, and another key does not get one of them', async () => {
    const before = await world();
    expect(await here('import', csv(), '--yes', '--wait')).toMatchObject({
      code: 0,
      err: '0 rooms to import, 4 imported already, 0 refused\n',
    });
    const other = file('other.csv', `key;room;application\nother;${links.weekly};daily\n`);
    expect(await here('import', other, '--json')).toMatchObject({
      code: 1,
      out: expect.stringContaining('it is the room of key meeting/weekly already'),
    });
    expect(await world()).toEqual(before);
  });

  test('everything that a text is in is imported under keys with a prefix, what a key has aside', async () => {
    const { code, out } = await here(
      ...['import', '--application', 'daily', '--matching', 'TEAM-', '--as', 'team/', '--yes', '--json'],
    );
    assertFits('import', out);
    expect([
      code,
      JSON.parse(out)
        .map(({ key, outcome }: Planned) => [key, outcome])
        .toSorted(),
    ]).toEqual([
      0,
      [
        ['team/team-a', 'sent'],
        ['team/team-b', 'sent'],
      ],
    ]);
    await rooms.stack.settle();
    expect((await rooms.doors.room('team/team-a'))?.guestUrl).toBe(links['team-a']);
    const all = JSON.parse((await here('import', '--application', 'daily', '--all', '--json')).out);
    expect(all.map(({ key, outcome }: Planned) => `${key} ${outcome}`).toSorted()).toEqual([
      'daily/team-a refused',
      'daily/team-b refused',
      'daily/weekly refused',
    ]);
  });

  test('drift is quiet, and hosts are told apart', async () => {
    await rooms.stack.turnTo(rooms.stack.clock.now() + DAY / 12);
    const { code, out } = await here('drift');
    expect([code, out.trim().split('\n')]).toEqual([
      0,
      [
        'daily    3 rooms               nothing is wrong',
        'whereby  2 rooms, 1 of others  nothing is wrong',
        'zoom     3 rooms, 1 of others  nothing is wrong',
      ],
    ]);
    const strangers = await here('drift', '--application', 'whereby', '--strangers');
    expect(strangers.out.trimEnd().split('\n').slice(-4)).toEqual([
      expect.stringMatching(/^ROOM OF OTHERS +LINK/),
      expect.stringContaining(links.studio ?? ''),
      '',
      expect.stringMatching(
        /^evergreen-rooms import --application whereby --all --port \d+ takes them over$/,
      ),
    ]);
    const accounts = JSON.parse((await here('accounts', '--ask', '--json')).out);
    expect(accounts[2]).toMatchObject({
      application: 'zoom',
      rooms: 2,
      listed: { rooms: 3, ours: 0 },
      hosts: [
        { name: 'ann@example.org', perDay: 80, rooms: 3, madeToday: 3 },
        { name: 'bob@example.org', perDay: 80, rooms: 0, madeToday: 0 },
      ],
    });
  });

  test('each is renewed as one that was asked for, and the links stay where an expiry moves', async () => {
    const { stack, doors } = rooms;
    const before = new Map((await doors.rooms()).map((room) => [room.key, room]));
    const [first] = [...before.values()].map(({ renewAt = '' }) => renewAt).toSorted();
    expect(first).not.toBe('');
    await stack.turnTo(Date.parse(before.get('team/team-a')?.expiresAt ?? ''));
    const now = (key: string) => doors.room(key);
    for (const [key, link] of [
      ['team/team-a', links['team-a']],
      ['meeting/course', links.Course],
      ['meeting/board', links.Board],
    ] as const) {
      expect(await now(key)).toMatchObject({ state: 'active', generation: 1, guestUrl: link });
    }
    expect((await now('team/team-a'))?.expiresAt).not.toBe(before.get('team/team-a')?.expiresAt);
    // Whereby moves no expiry: a new room, announced while the old link still works
    expect((await now('meeting/salon'))?.generation).toBe(2);
    expect((await here('import', csv(), '--dry-run', '--json')).code).toBe(0);
  });
});

/** The commands of the table of a person on call, by their question. */
const QUESTIONS = new Map(
  (/^## Repair\n([\s\S]*?)\n## /m.exec(readFileSync('docs/guide/operation.md', 'utf8'))?.[1] ?? '')
    .split('\n')
    .map((line) => line.split(' | '))
    .filter((cells) => cells.length === 3 && cells[2]?.includes('`npx'))
    .map(([question = '', , commands = '']) => [
      question.replace('| ', ''),
      [...commands.matchAll(/`npx evergreen-rooms ([^`]+)`/g)].map(([, command = '']) => command),
    ]),
);

/** What a person on call sees after each command, and what the words in capitals stand for. */
interface Answer {
  readonly names?: () => Promise<Readonly<Record<string, string>>>;
  readonly says: readonly RegExp[];
}

const letter = async (key: string) =>
  JSON.parse((await here('dead-letters', '--json')).out).find(({ body }: { body: string }) =>
    body.includes(key),
  );

const ANSWERS: Readonly<Record<string, Answer>> = {
  'which rooms are there?': { says: [/^meeting\/weekly +active/m] },
  'what is the life of this room, and what is wrong with it?': {
    names: async () => ({ KEY: 'meeting/weekly' }),
    says: [/^meeting\/weekly\nnothing is wrong\n[\s\S]*renewal/],
  },
  'what is due tonight?': {
    async names() {
      await send({ key: 'tonight', display_name: 'Tonight', lifetime: 'P30D' });
      const renewal = (await rooms.doors.room('tonight'))?.renewAt ?? '';
      await rooms.stack.turnTo(Date.parse(renewal) - DAY / 2);
      return {};
    },
    says: [/^tonight /m],
  },
  'what failed, and why?': {
    async names() {
      await send({ key: 'bad/1' }, { key: 'bad/2' });
      return {};
    },
    says: [/bad\/1 .*\n +display_name: is missing/],
  },
  'repair one message': {
    names: async () => ({ ID: (await letter('bad/1')).id }),
    says: [/another try: 1\n/],
  },
  'repair all that one cause stopped': {
    async names() {
      await rooms.stack.settle();
      return { TEXT: 'missing' };
    },
    says: [/another try: 2\n/],
  },
  'move the rooms of an application': {
    async names() {
      await rooms.stack.settle();
      return { OLD: 'whereby', NEW: 'daily' };
    },
    says: [/rotate: \d messages? sent/],
  },
  'take over rooms that exist': {
    async names() {
      await rooms.stack.settle();
      expect((await rooms.doors.room('meeting/salon'))?.guestUrl).toContain('daily.co');
      const { url } = await post('daily', '/rooms', { name: 'late', properties: {} });
      return { FILE: file('late.csv', `key,room,application\nlate,${url},daily\n`) };
    },
    says: [/^late +import/m, /^late {2}active {2}generation 1\n/],
  },
  'change a credential, and see that the provider accepts it': {
    async names() {
      const next = 'b'.repeat(64);
      (emulators.daily as Daily).trust('evergreen', next);
      (emulators.daily as Daily).distrust('evergreen', SECRET);
      return { NAME: 'daily', FILE: file('next.key', next) };
    },
    says: [/read back/, /^daily +\d+ /m],
  },
};

async function send(...requests: readonly object[]): Promise<void> {
  for (const request of requests) await rooms.doors.send(JSON.stringify(request));
  await rooms.stack.settle();
}

describe('the questions of a person on call', () => {
  test('are nine, of which seven take one command', () => {
    expect([...QUESTIONS.keys()]).toEqual(Object.keys(ANSWERS));
    expect([...QUESTIONS.values()].map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 1, 1, 2, 2]);
  });

  test.each(Object.entries(ANSWERS))('%s', async (question, { names, says }) => {
    const named = (await names?.()) ?? {};
    for (const [i, command] of (QUESTIONS.get(question) ?? []).entries()) {
      const words = command.split(' ').map((word) => named[word] ?? word);
      const { code, out, err } = await shown({ answer: 'y', width: 150 }, ...words);
      expect([command, code, `${out}${err}`]).toEqual([command, 0, expect.stringMatching(says[i] ?? /^$/)]);
    }
  });
});

describe('a call that is wrong ends with 2', () => {
  test.each<[string, string[], string]>([
    ['', [], 'name a FILE, or choose rooms by --matching or --all'],
    ['', ['--all'], 'name the account by --application: there are daily, whereby, zoom'],
    ['', ['--all', '--matching', 'a'], 'choose one of --matching and --all'],
    ['', ['--all', '--application', 'another'], '--application must be an application of the pool'],
    ['key,application\na,daily\n', [], 'the first line must name the columns, key and room among them'],
    ['key,room,application\na,x,daily\nb,y\n', [], 'line 3: application: must be an application of the pool'],
    ['key,room,application\na,x,daily\na,y,daily\n', [], 'line 3: key: a is in'],
    ['key,room,application\na,x,daily\nb,x,daily\n', [], 'line 3: room: x is in'],
    ['key,room,application,lifetime\na,x,daily,long\n', [], 'line 2: lifetime: must be an ISO 8601 duration'],
    ['key,room,application\n"a,x,daily\n', [], 'a quotation mark is not closed'],
    [
      '{"key":"a","room":"x","application":"daily","colour":"red"}',
      [],
      'line 1: body: has no field "colour"',
    ],
    ['{"key":', [], 'line 1: must be JSON'],
    ['key,room\n', [], 'has no room: write a first line'],
    ['[]', [], 'has no room: write a first line'],
  ])('%j %j', async (text, argv, reason) => {
    const files = text === '' ? [] : [file('wrong', text)];
    expect(await here('import', ...files, ...argv)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(reason),
    });
  });

  test('all lines that are wrong are named at once', async () => {
    const lines = ['{"key":"a","room":"x","application":"daily"}', 'no JSON', '[]', '{"key":"b"}'];
    const { code, err } = await here('import', file('wrong', `${lines.join('\n')}\n`));
    expect([code, err.match(/line \d: \w+/g)]).toEqual([2, ['line 2: must', 'line 3: must', 'line 4: room']]);
  });
});
