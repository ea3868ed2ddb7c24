import { sourceOf } from '../../functions/rooms/model/sequence.ts';
import { counted, fitted, moment } from '../../local/demo/text.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { argument } from '../frame/argument.ts';
import { type Call, command, type Values } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { CallError, EXIT, type ExitCode } from '../frame/errors.ts';
import { durationOf } from '../frame/parse.ts';
import { readText, sourceName } from '../frame/read-text.ts';
import { sayTable, WIDE } from '../frame/table.ts';
import { readImportFile } from '../pages/import-file.ts';
import { type Import, type PlannedImport, planImport, type RoomChoice } from '../pages/importing.ts';
import { awaitAll, inParts, sendAll } from './following.ts';

const FLAGS = {
  application: { type: 'string', value: 'NAME', help: 'the account of rooms that name none', ofPool: true },
  matching: {
    type: 'string',
    value: 'TEXT',
    help: 'every room of the account with this text in its id, link or name',
    without: ['all'],
  },
  all: { type: 'boolean', help: 'every room of the account that no deployment made' },
  as: {
    type: 'string',
    value: 'PREFIX',
    help: 'keys of --matching and --all: PREFIX and the id; default the account and /',
    needs: ['matching', 'all'],
  },
  lifetime: { type: 'string', value: 'P90D', help: 'the life of each later room, where a room names none' },
  renewal: {
    type: 'string',
    value: 'MODE',
    help: 'of each later room; without it the link stays if it can',
    values: ['recreate', 'extend', 'none'],
  },
  'dry-run': { type: 'boolean', help: 'says what would happen to each room, and does nothing' },
  wait: {
    type: 'boolean',
    help: 'until it is done; exit code 1: a room was refused, or is not done in time',
  },
  timeout: { type: 'string', value: '30m', help: 'how long --wait waits; default 30m', needs: ['wait'] },
  yes: { type: 'boolean', help: 'does not ask, also for more than one room' },
  json: { type: 'boolean', help: 'as JSON (docs/command.schema.json)' },
  ...WIDE,
} as const;

type ImportFlags = Values<typeof FLAGS>;

export const importRooms = command({
  name: 'import',
  summary: 'takes over rooms that exist at a provider: they keep their links, and are kept from then on',
  usage: '[FILE...]',
  most: Number.POSITIVE_INFINITY,
  files: true,
  flags: FLAGS,
  reach: 'any',
  details:
    'A FILE is CSV with a head or JSON Lines: key, room (an id or a link), application, and any field of a request, such\n' +
    'as display_name or renewal.mode; - is standard input. It reads the list of each account with the credential in its\n' +
    'secret, and the whole table. A room that a key has already, or that a deployment made, is refused; the others are\n' +
    'messages to the queue of requests. Nothing of a room is changed before it is on a row. You can stop it at any time\n' +
    'and repeat it: a room is imported once. A room without an end gets one, and its renewal moves that.',
  examples: [
    ['import rooms.csv --dry-run', 'what would happen to each room of the file'],
    ['import rooms.csv --wait', 'takes them over'],
    ['import --application daily --matching team- --as team/', 'every room with team- in its link'],
  ],
  async run(call) {
    const { args, flags, terminal, deployment } = call;
    const timeout = durationOf('timeout', flags.timeout ?? '30m');
    mustNameRooms(args, flags);
    const texts = await Promise.all(args.map(readText));
    const named = args.flatMap((file, i) => readImportFile(texts[i] ?? '', sourceName(file)));
    const found = await deployment();
    const choice = choiceOf(flags, found);
    const imports = await planImport(found, {
      named,
      ...(choice && { choice }),
      usual: usualOf(flags),
      told: (progress) => terminal.progress(progress),
    });
    terminal.progress();
    const wanted = imports.filter(({ outcome }) => outcome === 'import');
    const refused = imports.filter(({ outcome }) => outcome === 'refused');
    if (flags['dry-run'] || wanted.length === 0) {
      await print(imports, call);
      return refused.length > 0 ? EXIT.wrong : EXIT.done;
    }
    for (const { key, room, reason } of refused) terminal.note(`${key}  ${room}  refused: ${reason}`);
    if (wanted.length > 1 && !flags.yes) await confirm(`import ${counted(wanted.length, 'room')}`, terminal);
    const code = await send(wanted, { timeout, deployment: found }, call);
    if (flags.json) await print(imports.map(asSent), call);
    return refused.length > 0 ? EXIT.wrong : code;
  },
});

function mustNameRooms(files: readonly string[], { matching, all }: ImportFlags): void {
  if (files.length === 0 && matching === undefined && !all)
    throw new CallError('name a FILE, or choose rooms by --matching or --all');
}

/** @throws CallError if the account is not clear */
function choiceOf(
  { application, matching, all, as }: ImportFlags,
  { applications }: Deployment,
): RoomChoice | undefined {
  const names = applications.map(({ name }) => name);
  if (matching === undefined && !all) return undefined;
  const [only = ''] = names;
  if (application === undefined && names.length > 1) {
    throw new CallError(`name the account by --application: there are ${names.join(', ')}`);
  }
  return {
    applications: [application ?? only],
    matching: matching ?? '',
    prefix: (name) => as ?? `${name}/`,
  };
}

function usualOf({ application, lifetime, renewal }: ImportFlags): Readonly<Record<string, unknown>> {
  return {
    ...(application !== undefined && { application }),
    ...(lifetime !== undefined && { lifetime }),
    ...(renewal !== undefined && { renewal: { mode: renewal } }),
  };
}

interface Sending {
  readonly timeout: number;
  readonly deployment: Deployment;
}

async function send(
  imports: readonly Import[],
  { timeout, deployment }: Sending,
  { flags, terminal }: Pick<Call<typeof FLAGS>, 'flags' | 'terminal'>,
): Promise<ExitCode> {
  const before = flags.wait ? await inParts(imports, ({ key }) => deployment.rooms.read(key)) : [];
  const sent = await sendAll(
    imports.map(({ body }) => body),
    deployment,
    { terminal },
  );
  terminal.note(`import: ${counted(sent.length, 'message')} sent to the queue of requests`);
  const [first] = imports;
  if (!flags.wait) {
    terminal.note(`they are worked on in order: show ${argument(first?.key ?? 'KEY')} shows the first`);
    return EXIT.done;
  }
  const source = sourceOf('import');
  const waiting = imports.map(({ key }, i) => ({ key, id: sent[i] ?? '', before: before[i], source }));
  const quiet = flags.json ? { ...terminal, say: async () => {} } : terminal;
  return awaitAll(waiting, { timeout, deployment }, { terminal: quiet });
}

const asSent = (each: Import): Import => (each.outcome === 'import' ? { ...each, outcome: 'sent' } : each);

async function print(
  imports: readonly Import[],
  { flags, terminal }: Pick<Call<typeof FLAGS>, 'flags' | 'terminal'>,
): Promise<void> {
  const shown = imports.map(({ body: _body, ...each }): PlannedImport => each);
  if (flags.json) return terminal.say(JSON.stringify(shown, null, 2));
  if (shown.length > 0) await sayTable(terminal, flags.wide, (width) => table(shown, width));
  const count = (wanted: PlannedImport['outcome']) =>
    shown.filter(({ outcome }) => outcome === wanted).length;
  terminal.note(
    `${counted(count('import'), 'room')} to import, ${count('unchanged')} imported already, ${count('refused')} refused`,
  );
}

function table(imports: readonly PlannedImport[], width: number): string[] {
  const heads = ['KEY', 'WHAT', 'ROOM', 'ACCOUNT', 'ENDS (UTC)', 'LINK', 'WHY'];
  const cells = imports.map(({ key, outcome, room, application, expiresAt, guestUrl = '-', reason = '' }) => [
    key,
    outcome,
    room,
    application,
    moment(expiresAt),
    guestUrl,
    reason,
  ]);
  return fitted([heads, ...cells], width, { shrinks: 0, drops: [3, 4, 5] });
}
