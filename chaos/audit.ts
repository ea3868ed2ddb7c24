import { roomsTable } from '../functions/adapters/tables/rooms-table.ts';
import { readRows } from '../functions/rooms/fleet/read-rows.ts';
import type { PastGeneration, Room } from '../functions/rooms/model/room.ts';
import { deploymentMarks } from '../functions/runtime/deployment-marks.ts';
import { dynamoDbAt } from '../local/engines/services.ts';
import type { PutEntry } from '../local/fakes/buses.ts';
import type { LocalRooms } from '../local/rooms/local-rooms.ts';
import type { Account } from './accounts.ts';
import { wrongLinks } from './links.ts';
import type { Wanted } from './workload.ts';

/** The output of the stack while it ran. */
export interface Heard {
  /** Receives a line of a function's log. */
  line(line: string): void;
  /** Receives a row of a table, at the end. */
  row(row: object): void;
  /** Receives an event that the bus has accepted. */
  event(entry: PutEntry): void;
  /** Texts in the logs that look like slugs. */
  readonly tokens: ReadonlySet<string>;
  /** The newest event of each key. */
  readonly newest: ReadonlyMap<string, News>;
  readonly counts: Readonly<Record<string, number>>;
  /** Lines and events that contain a credential or a host link. */
  readonly leaks: readonly string[];
}

interface News {
  readonly key: string;
  readonly revision: number;
  readonly generation: number;
  readonly room?: { readonly id: string };
  /** Only in an event of reconciliation. */
  readonly applications?: Readonly<Record<string, { readonly retired: number }>>;
}

/** Texts that no log and no event may contain, besides the credential itself. */
const DOORS = ['participant_token=', 'roomKey=', 'zak=', 'PRIVATE KEY', 'Bearer ', 'eyJ'];

const LIKE_A_SLUG = /(?<![\w-])[\w-]{22}(?![\w-])/g;

export function hearing({ credential, secrets = () => [] }: Account): Heard {
  const newest = new Map<string, News>();
  const counts: Record<string, number> = {};
  const leaks: string[] = [];
  const tokens = new Set<string>();

  function search(text: string): void {
    for (const secret of [...DOORS, credential, ...secrets()]) {
      if (text.includes(secret)) leaks.push(`${secret.slice(0, 12)}... was told in: ${text.slice(0, 120)}`);
    }
  }

  return {
    newest,
    counts,
    leaks,
    tokens,
    line(line) {
      search(line);
      for (const [token] of line.matchAll(LIKE_A_SLUG)) tokens.add(token);
    },
    row: (row) => search(JSON.stringify(row)),
    event({ DetailType: type = '', Detail: detail = '{}' }) {
      search(detail);
      counts[type] = (counts[type] ?? 0) + 1;
      const news = JSON.parse(detail) as News;
      for (const { retired } of Object.values(news.applications ?? {})) {
        counts['orphans ended'] = (counts['orphans ended'] ?? 0) + retired;
      }
      if (news.key === undefined || (newest.get(news.key)?.revision ?? 0) > news.revision) return;
      newest.set(news.key, news);
    },
  };
}

export interface AuditOptions {
  readonly rooms: LocalRooms;
  readonly account: Account;
  readonly wanted: ReadonlyMap<string, Wanted>;
  readonly heard: Heard;
  /** Rooms that must be known although the restored table does not have them. */
  readonly restored?: readonly string[];
}

export interface Audit {
  readonly figures: Readonly<Record<string, number>>;
  readonly wrong: readonly string[];
}

/** Compares the table, the provider, the bus and the requests with each other. */
export async function audit({ rooms, account, wanted, heard, restored = [] }: AuditOptions): Promise<Audit> {
  const { rows, past } = await entriesOf(rooms);
  for (const row of [...rows.values(), ...past]) heard.row(row);
  const now = rooms.stack.clock.now();
  const living = livingRooms(rooms, account);
  const lost = [...rows.values()].filter(
    ({ state, current }) =>
      state === 'active' && !(current && current.expiresAt > now && living.has(current.id)),
  );
  const known = new Set([
    ...past.map(({ roomId }) => roomId),
    ...[...rows.values()].flatMap(({ current, previous, retirees }) =>
      [current, previous, ...retirees].map((room) => room?.id),
    ),
  ]);
  const doubled = [...living].filter((id) => !known.has(id));
  const forgotten = restored.filter((id) => !known.has(id));
  const resting = rooms.stack.deadLetterQueues().flatMap((queue) => queue.messages());
  const wrong = [
    ...lost.map(({ key }) => `${key}: its room does not live`),
    ...doubled.map((id) => `room ${id} lives and is nobody's`),
    ...forgotten.map((id) => `room ${id} was a key's, and is not since the table was restored`),
    ...resting.map(({ body, attributes }) => `a message rests: ${body} (${attributes.failureReason ?? ''})`),
    ...[...wanted].flatMap(([key, wanted]) => wrongWith(key, rows.get(key), wanted, living)),
    ...[...rows.values()].flatMap((row) => untold(row, heard, now)),
    ...heard.leaks,
    ...(await wrongLinks(rooms, rows, heard.tokens)),
  ];
  return {
    wrong,
    figures: {
      keys: wanted.size,
      ...heard.counts,
      'rooms made': account.emulator.inventory().length,
      'rooms living': living.size,
      lost: lost.length,
      doubled: doubled.length,
      restored: restored.length,
      forgotten: forgotten.length,
      'resting in dead-letter queues': resting.length,
      leaks: heard.leaks.length,
    },
  };
}

/** Returns the rooms that can be entered and carry this deployment's token, by their ids for the adapters. */
function livingRooms({ stack }: LocalRooms, { emulator, idOf }: Account): ReadonlySet<string> {
  const environment = stack.functions
    .map(({ definition }) => definition.environment)
    .find(({ APPLICATIONS }) => APPLICATIONS !== undefined);
  const { deployment } = deploymentMarks({
    DEPLOYMENT: environment?.DEPLOYMENT ?? '',
    ORIGIN: environment?.ORIGIN,
  });
  const ours = emulator
    .inventory()
    .filter(({ usable, label }) => usable && label.includes(`er${deployment}`));
  return new Set(ours.map(idOf));
}

function wrongWith(
  key: string,
  row: Room | undefined,
  wanted: Wanted,
  living: ReadonlySet<string>,
): readonly string[] {
  if (!row) return [`${key}: there is no row`];
  const { state, claim, unannounced, retirees, current, spec } = row;
  const open = retirees.some(({ endsAt }) => endsAt === undefined);
  const wrong = claim || unannounced || open ? [`${key}: something is left to do`] : [];
  if (wanted.cancelled) {
    const entered = [...retirees].filter(({ id }) => living.has(id));
    if (state !== 'cancelled') wrong.push(`${key}: is ${state} and was cancelled`);
    return [...wrong, ...entered.map(({ id }) => `${key}: ${id} was cancelled and lives`)];
  }
  const mayWait = spec?.renewal.mode === 'on-demand' && state === 'on-demand';
  if (!mayWait && (!['active', 'held', 'ending'].includes(state) || !current))
    wrong.push(`${key}: is ${state}`);
  const name = spec?.settings.display_name;
  if (name !== wanted.name) wrong.push(`${key}: is called ${name}, and ${wanted.name} was asked for last`);
  return wrong;
}

/** Whether the row's room was not announced on the bus. */
function untold(
  { key, current, generation, state }: Room,
  { newest }: Heard,
  now: number,
): readonly string[] {
  if (!current || current.expiresAt <= now || state === 'rejected') return [];
  const news = newest.get(key);
  if (news?.room?.id === current.id && news.generation === generation) return [];
  return [`${key}: the newest news is of room ${news?.room?.id}, and its room is ${current.id}`];
}

/** Returns the rows by key, and the past generations. */
export async function entriesOf({ stack, doors }: LocalRooms) {
  const table = roomsTable(dynamoDbAt(stack.environment.AWS_ENDPOINT_URL_DYNAMODB ?? ''), {
    tableName: doors.table,
  });
  const rows = new Map<string, Room>();
  const past: PastGeneration[] = [];
  for await (const entries of readRows(table)) {
    for (const entry of entries) {
      if ('revision' in entry) rows.set(entry.key, entry);
      else past.push(entry);
    }
  }
  return { rows, past };
}
