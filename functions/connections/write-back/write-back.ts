import { base32Digest } from '../../rooms/model/digest.ts';
import { RoomChangedError } from '../../rooms/model/errors.ts';
import { DAY, type Duration, type Instant } from '../../rooms/model/time.ts';
import type { ConnectedCalendar } from '../connection.ts';
import { isInvitation } from '../copies.ts';
import type { CalendarSystem, EventContent, StoredEvent, WriteOutcome } from '../system.ts';
import { changeOf, showsLink } from './change.ts';
import { graphExceptions } from './graph.ts';
import type { WriteBackProblem, WriteBackRecord, WriteBackRecords } from './record.ts';
import type { RoomLink } from './room-link.ts';
import type { WriteBackTask } from './task.ts';

export interface WriteBackPorts {
  readonly system: Pick<CalendarSystem, 'read' | 'write'>;
  readonly records: WriteBackRecords;
  /**
   * Called before anything else.
   *
   * @throws ThrottledError if this write must wait for its turn
   */
  readonly admit: () => void;
  /** Reports to the team, once for each problem, that a link is not in its event. */
  readonly tell: (problem: WriteBackProblem) => Promise<void>;
  readonly now: () => Instant;
}

/**
 * The outcome.
 *
 * - `written`, `unchanged`: the event and its exceptions have the link, or none after a cancellation.
 * - `gone`: the event no longer exists.
 * - `overtaken`: a newer announcement of the room is being written, or was.
 */
export type WriteBackResult = 'written' | 'unchanged' | 'gone' | 'overtaken' | WriteBackProblem;

/**
 * Updates an event to match its room.
 *
 * The revision is recorded before the event is read, and checked again after that. So a late, older
 * announcement finds a newer one recorded, or its write meets another version of the event.
 *
 * @throws RoomChangedError if a person or another worker keeps changing the event
 */
export async function writeBack(
  task: WriteBackTask,
  calendar: ConnectedCalendar,
  ports: WriteBackPorts,
): Promise<WriteBackResult> {
  ports.admit();
  const record = await claim(task, ports);
  if (!record) return 'overtaken';
  const link = linkOf(task, calendar, record);
  for (const isLast of [false, true]) {
    const [event, ...exceptions] = await ports.system.read(calendar.calendar, task.event);
    if (!event) return settle('gone', { task, record, isFed: false }, ports);
    if (await isOvertaken(task, ports)) return 'overtaken';
    const result = await writeAll([event, ...exceptions], link, calendar.calendar, ports);
    if (result !== 'conflict') {
      return settle(result, { task, record, isFed: isFedByOrganizer(task, event) }, ports);
    }
    if (isLast) break;
  }
  throw new RoomChangedError(
    `the event of room ${task.key} in calendar ${calendar.id} was changed while it was written, twice; trying again later`,
  );
}

/** Links without rooms that end, and rooms of a year, are remembered this long. */
const LONGEST_LIFE: Duration = 366 * DAY;

/** A record is kept this long after its room. No message is as old. */
const KEPT_AFTER: Duration = 90 * DAY;

/** A room without a lasting link gets a new one every few weeks. */
const MOST_LINKS = 12;

async function claim(
  { key, revision, url, previousUrl, endsAt }: WriteBackTask,
  { records, now }: WriteBackPorts,
): Promise<WriteBackRecord | undefined> {
  const record = await records.read(key);
  if (record && record.revision > revision) return undefined;
  const known = record?.links ?? [];
  const others = [previousUrl, url].flatMap((each) => (each === undefined ? [] : [digestOf(each)]));
  const links = [...known.filter((digest) => !others.includes(digest)), ...others].slice(-MOST_LINKS);
  const isKnown = record?.revision === revision && links.every((digest) => known.includes(digest));
  if (record && isKnown) return record;
  const end = url === undefined ? now() : (endsAt ?? now() + LONGEST_LIFE);
  const { url: _, ...rest } = record ?? { version: 0 };
  return records.write({
    ...rest,
    key,
    revision,
    links,
    ...(url !== undefined && { url }),
    forgetAt: end + KEPT_AFTER,
  });
}

function digestOf(url: string): string {
  return base32Digest(url, 16);
}

async function isOvertaken({ key, revision }: WriteBackTask, { records }: WriteBackPorts): Promise<boolean> {
  const record = await records.read(key);
  return (record?.revision ?? 0) > revision;
}

function linkOf(
  { url }: WriteBackTask,
  { connection }: ConnectedCalendar,
  { links }: WriteBackRecord,
): RoomLink {
  return {
    ...(url !== undefined && { url }),
    isOurs: (address) => links.includes(digestOf(address)),
    writeBack: connection.writeBack === 'location' ? 'location' : 'full',
    ...(connection.language !== undefined && { language: connection.language }),
  };
}

type StoredEvents = readonly [StoredEvent, ...StoredEvent[]];

/** The outcome of a run for an event or an exception. */
type Written = WriteOutcome | 'unchanged' | 'place-taken' | 'no-space';

/** Writes the event, and then each of its exceptions. A conflict of one does not affect the others. */
async function writeAll(
  [event, ...others]: StoredEvents,
  link: RoomLink,
  calendar: string,
  { system, now }: WriteBackPorts,
): Promise<Written> {
  const outcomes = new Set<Written>();
  const write = async (each: StoredEvent) => {
    const change = await changeOf(each.content, link, now());
    const outcome = change && (await system.write(calendar, each, change));
    if (outcome) outcomes.add(outcome);
    if (each === event && isMissing(each, change, link)) outcomes.add(MISSING[link.writeBack]);
    return outcome;
  };
  const exceptions = graphExceptions(event);
  const outcome = await write(event);
  // an exception has the same content as its series, unless a person changed it
  const isStale = exceptions.length > 0 && outcome === 'written';
  const [series] = isStale ? await system.read(calendar, event.id) : [];
  for (const each of [...others, ...(series ? graphExceptions(series) : exceptions)]) await write(each);
  return WORST_FIRST.find((each) => outcomes.has(each)) ?? 'unchanged';
}

const WORST_FIRST: readonly Written[] = [
  'conflict',
  'refused',
  'ignored',
  'place-taken',
  'no-space',
  'written',
];

/** The link has no field if a person wrote a place, and the description may not be written or is too long. */
function isMissing({ content }: StoredEvent, change: EventContent | undefined, link: RoomLink): boolean {
  return link.url !== undefined && !showsLink(content, change, link.url);
}

const MISSING = { location: 'place-taken', full: 'no-space' } as const;

/** A guest's copy that cannot be written gets the link from the event of its organizer. */
function isFedByOrganizer({ isCopy = false }: WriteBackTask, { content }: StoredEvent): boolean {
  return isCopy && isInvitation(content);
}

/** A problem is reported when it starts, and not again with every change. It ends with its event. */
async function settle(
  result: Exclude<Written, 'conflict'> | 'gone',
  {
    task,
    record,
    isFed,
  }: { readonly task: WriteBackTask; readonly record: WriteBackRecord; readonly isFed: boolean },
  { records, tell }: WriteBackPorts,
): Promise<WriteBackResult> {
  const isSettled = isFed || result === 'written' || result === 'unchanged' || result === 'gone';
  const problem = isSettled ? undefined : result;
  if (problem === problemIn(record, task)) return result;
  if (problem !== undefined) await tell(problem);
  await records.write(withProblem(record, task, problem));
  return result;
}

function problemIn({ problem, copies }: WriteBackRecord, { isCopy, calendar }: WriteBackTask) {
  return isCopy ? copies?.[calendar] : problem;
}

function withProblem(
  { problem: old, copies: others = {}, ...record }: WriteBackRecord,
  { isCopy, calendar }: WriteBackTask,
  problem: WriteBackProblem | undefined,
): WriteBackRecord {
  const own = isCopy ? old : problem;
  const { [calendar]: _, ...rest } = others;
  const copies = isCopy ? { ...rest, ...(problem && { [calendar]: problem }) } : others;
  return { ...record, ...(own && { problem: own }), ...(Object.keys(copies).length > 0 && { copies }) };
}
