import { ROOM_STATES } from '../../functions/rooms/model/events.ts';
import type { DueRoom } from '../../functions/rooms/model/ports.ts';
import { DAY, type Instant } from '../../functions/rooms/model/time.ts';
import { fitted, moment, roomsTable } from '../../local/demo/text.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { type Call, command, type Values } from '../frame/command.ts';
import { CallError, EXIT, type ExitCode } from '../frame/errors.ts';
import { countOf, durationOf } from '../frame/parse.ts';
import { sayTable, WIDE } from '../frame/table.ts';
import type { Terminal } from '../frame/terminal.ts';
import { Changes, intervalOf, WATCH, watch } from '../frame/watch.ts';
import { csvLine } from '../pages/csv.ts';
import {
  type ListedDueRoom,
  type ListedRoom,
  type ListPage,
  listedDueRoom,
  listedRoom,
} from '../pages/listed-room.ts';
import { fits, warnOfUnknown } from '../pages/room-filter.ts';
import { changesAsJson, changesAsTable, pictureOf } from '../pages/watched-rooms.ts';

const FLAGS = {
  state: { type: 'string', value: 'STATE', help: 'only rooms in this state', values: ROOM_STATES },
  application: { type: 'string', value: 'NAME', help: 'only rooms of this application' },
  'key-prefix': { type: 'string', value: 'TEXT', help: 'only keys that begin with this' },
  due: {
    type: 'string',
    value: '7d',
    help: 'only rooms that are renewed within this time; reads the index only',
    without: ['failing', 'emergency'],
  },
  failing: {
    type: 'boolean',
    help: 'only rooms whose renewal is overdue and was put off, by a failure or a meeting; reads the index only',
    without: ['emergency'],
  },
  emergency: { type: 'boolean', help: 'only rooms in the last part of their life; reads the index only' },
  limit: { type: 'string', value: 'N', help: 'ends after N rooms' },
  json: { type: 'boolean', help: 'a JSON array, a room a line (docs/command.schema.json)', without: ['csv'] },
  csv: { type: 'boolean', help: 'a table for a spreadsheet' },
  ...WATCH,
  ...WIDE,
} as const;

type ListFlags = Values<typeof FLAGS>;

export const list = command({
  name: 'list',
  summary: 'lists the rooms: state, generation, link, days left, next renewal, account',
  usage: '',
  most: 0,
  flags: FLAGS,
  reach: 'any',
  details:
    'A room that is not renewed says until when it lives; one whose life is over has no guest link. The list reads\n' +
    'the table page by page and prints each page as it comes. --due, --failing and --emergency read the index of rooms\n' +
    'that are due and nothing else, so they show what the index has. --state, --application and --key-prefix read what they leave\n' +
    'out, too.',
  examples: [
    ['list', 'all rooms'],
    ['list --due 1d', 'what is due until tomorrow'],
    ['list --failing --watch', 'the same, until Ctrl-C'],
    ['list --failing', 'whose renewal does not succeed; show KEY says why'],
    ['list --json | jq -r .[].key', 'all keys'],
  ],
  async run(call) {
    const { flags, terminal, deployment } = call;
    const limit = flags.limit === undefined ? Number.POSITIVE_INFINITY : countOf('limit', flags.limit);
    assertIndexHas(flags);
    const interval = intervalOf(flags.every);
    const found = await deployment();
    const assertKnown = warnOfUnknown(flags.application, found, terminal);
    if (flags.watch) return watchRooms(found, limit, { ...call, interval });
    return print(firstOf(orElse(pagesOf(found, flags, terminal), assertKnown), limit), found, call);
  },
});

function pagesOf(found: Deployment, flags: ListFlags, terminal: Terminal): AsyncGenerator<ListPage> {
  const before = indexUntil(flags, found.now());
  return before === undefined ? roomPages(found, flags, terminal) : duePages(found, flags, before);
}

/** Lines of a terminal that show no room: the heading, and the prompt. */
const AROUND = 2;

/**
 * A terminal shows as many rooms as fit, and reads no more. Any other output gets the rooms that have changed
 * since the last look, for which the command keeps a line of each room.
 */
async function watchRooms(
  deployment: Deployment,
  limit: number,
  {
    flags,
    terminal,
    interval,
  }: Pick<Call<typeof FLAGS>, 'flags' | 'terminal'> & { readonly interval: number },
): Promise<ExitCode> {
  const redraws = terminal.canRedraw && !flags.json;
  const most = redraws ? Math.min(limit, terminal.height - AROUND) : limit;
  const width = flags.wide ? Number.POSITIVE_INFINITY : terminal.width;
  const changes = new Changes();
  const linesOf = (page: ListPage, withHeads: boolean) =>
    tableOf(page, deployment, width).slice(withHeads ? 0 : 1);
  await watch({ terminal, interval, redraws }, async () => {
    const pages = firstOf(pagesOf(deployment, flags, terminal), most);
    if (flags.json) return changesAsJson(pages, changes);
    if (!redraws) return changesAsTable(pages, changes, linesOf);
    const lines = await pictureOf(pages, linesOf);
    return lines.length > 0 ? lines : [nothing(flags)];
  });
  return EXIT.done;
}

function assertIndexHas({ watch, csv, due, failing, emergency, state }: ListFlags): void {
  if (watch && csv) throw new CallError('--watch prints a table or JSON: leave out --csv');
  if (state !== undefined && (due !== undefined || failing || emergency))
    throw new CallError(
      'the index does not have the state: leave out --state, or --due, --failing, --emergency',
    );
}

/** A failed renewal is delayed by at most half a day, and a meeting ends. */
const PUT_OFF = DAY;

/** Returns how far the index is read; undefined if the table is read instead. */
function indexUntil({ due, failing, emergency }: ListFlags, now: Instant): Instant | undefined {
  if (due !== undefined) return now + durationOf('due', due);
  return failing || emergency ? now + PUT_OFF : undefined;
}

async function* roomPages(
  { rooms, linksUrl }: Deployment,
  flags: ListFlags,
  terminal: Terminal,
): AsyncGenerator<ListPage> {
  const { state, application, 'key-prefix': prefix } = flags;
  const filter = { state: ROOM_STATES.find((known) => known === state), prefix, application };
  let cursor: string | undefined;
  let read = 0;
  do {
    const page = await rooms.scan(cursor);
    const all = page.items.flatMap((entry) => ('revision' in entry ? [entry] : []));
    read += all.length;
    const listed = all
      .filter((room) => fits(room, filter))
      .map((room) => listedRoom(room, linksUrl))
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.key.localeCompare(b.key));
    if (listed.length > 0) yield { of: 'table', rooms: listed };
    cursor = page.cursor;
    if (cursor !== undefined) terminal.progress(`${read.toLocaleString('en')} rooms read`);
  } while (cursor !== undefined);
  terminal.progress();
}

/** Rooms of the index on a page of the list. */
const PAGE = 250;

async function* duePages(
  { rooms, now }: Deployment,
  flags: ListFlags,
  before: Instant,
): AsyncGenerator<ListPage> {
  const at = now();
  let page: ListedDueRoom[] = [];
  for await (const room of rooms.due(before)) {
    if (!isDueWanted(room, flags, at)) continue;
    page.push(listedDueRoom(room));
    if (page.length < PAGE) continue;
    yield { of: 'index', rooms: page };
    page = [];
  }
  if (page.length > 0) yield { of: 'index', rooms: page };
}

function isDueWanted(room: DueRoom, flags: ListFlags, now: Instant): boolean {
  if (flags.application !== undefined && room.application !== flags.application) return false;
  if (flags['key-prefix'] !== undefined && !room.key.startsWith(flags['key-prefix'])) return false;
  if (flags.failing) return room.held !== true && room.renewAt <= now && room.dueAt > room.renewAt;
  return !flags.emergency || room.emergencyAt <= now;
}

async function* orElse(pages: AsyncIterable<ListPage>, empty: () => void): AsyncGenerator<ListPage> {
  let any = false;
  for await (const page of pages) {
    any = true;
    yield page;
  }
  if (!any) empty();
}

async function* firstOf(pages: AsyncIterable<ListPage>, limit: number): AsyncGenerator<ListPage> {
  let left = limit;
  for await (const page of pages) {
    // both kinds of page are shortened in the same way, which the type of a union of arrays cannot express
    yield { ...page, rooms: page.rooms.slice(0, left) } as ListPage;
    left -= page.rooms.length;
    if (left <= 0) return;
  }
}

async function print(
  pages: AsyncIterable<ListPage>,
  deployment: Deployment,
  { flags, terminal }: Pick<Call<typeof FLAGS>, 'flags' | 'terminal'>,
): Promise<ExitCode> {
  if (flags.json) await printJson(pages, terminal);
  else if (flags.csv) await printCsv(pages, terminal);
  else await printTables(pages, deployment, { flags, terminal });
  return EXIT.done;
}

async function printJson(pages: AsyncIterable<ListPage>, terminal: Terminal): Promise<void> {
  let before = '[';
  for await (const { rooms } of pages) {
    await terminal.say(`${before}${rooms.map((room) => `\n${JSON.stringify(room)}`).join(',')}`);
    before = ',';
  }
  await terminal.say(before === '[' ? '[]' : ']');
}

const ROOM_COLUMNS = [
  'key',
  'name',
  'state',
  'generation',
  'link',
  'application',
  'guestUrl',
  'expiresAt',
  'renewAt',
  'dueAt',
  'emergencyAt',
  'attempts',
  'lastError',
  'createdAt',
  'held',
] as const satisfies readonly (keyof ListedRoom)[];

const DUE_COLUMNS = [
  'key',
  'generation',
  'application',
  'held',
  'renewAt',
  'dueAt',
  'emergencyAt',
] as const satisfies readonly (keyof ListedDueRoom)[];

async function printCsv(pages: AsyncIterable<ListPage>, terminal: Terminal): Promise<void> {
  let isFirst = true;
  for await (const page of pages) {
    const columns = page.of === 'table' ? ROOM_COLUMNS : DUE_COLUMNS;
    if (isFirst) await terminal.say(csvLine(columns));
    isFirst = false;
    const lines =
      page.of === 'table'
        ? page.rooms.map((room) => csvLine(ROOM_COLUMNS.map((column) => room[column])))
        : page.rooms.map((room) => csvLine(DUE_COLUMNS.map((column) => room[column])));
    for (const line of lines) await terminal.say(line);
  }
}

async function printTables(
  pages: AsyncIterable<ListPage>,
  deployment: Deployment,
  { flags, terminal }: Pick<Call<typeof FLAGS>, 'flags' | 'terminal'>,
): Promise<void> {
  let isFirst = true;
  for await (const page of pages) {
    terminal.progress();
    const table = (width: number) => tableOf(page, deployment, width);
    const withHeads = isFirst;
    isFirst = false;
    await sayTable(terminal, flags.wide, (width) => (withHeads ? table(width) : table(width).slice(1)));
  }
  if (isFirst) terminal.note(nothing(flags));
}

function tableOf(page: ListPage, { now, applications }: Deployment, width: number): string[] {
  if (page.of === 'index') return dueTable(page.rooms, width);
  return roomsTable(page.rooms, now(), width, applications.length > 1 ? ['left', 'account'] : ['left']);
}

function nothing({ due, failing, emergency, state, application, ...flags }: ListFlags): string {
  const filtered = [due, failing, emergency, state, application, flags['key-prefix']].some(Boolean);
  return filtered ? 'no such rooms' : 'no rooms yet: ask for one by request examples/room-request.json';
}

function dueTable(rooms: readonly ListedDueRoom[], width: number): string[] {
  const heads = ['KEY', 'GEN', 'RENEWAL (UTC)', 'NEXT LOOK (UTC)', 'EMERGENCY (UTC)', 'ACCOUNT'];
  const cells = rooms.map(({ key, generation, renewAt, dueAt, emergencyAt, application, held }) => [
    key,
    String(generation),
    held ? 'held' : moment(renewAt),
    moment(dueAt),
    moment(emergencyAt),
    application,
  ]);
  return fitted([heads, ...cells], width, { shrinks: 0, drops: [1, 5, 3, 4] });
}
