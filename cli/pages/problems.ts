import { WRITE_BACK_REASONS } from '../../functions/connections/write-back/reasons.ts';
import type { WriteBackRecord } from '../../functions/connections/write-back/record.ts';
import type { Room } from '../../functions/rooms/model/room.ts';
import { DAY, type Duration, HOUR, type Instant, MINUTE } from '../../functions/rooms/model/time.ts';
import { reasonOf } from '../../local/demo/text.ts';
import { firstId } from '../deployment/dead-letters.ts';
import type { DeadLetter } from '../deployment/deployment.ts';
import { argument } from '../frame/argument.ts';

/** A problem of a room, and how to fix it. */
export interface Problem {
  readonly what: string;
  readonly why: string;
  /** The arguments of the command that fixes it; absent if no command does. */
  readonly command?: string;
}

/** The data about a key besides its row. */
export interface Circumstances {
  readonly now: Instant;
  /** The names of the pool. */
  readonly applications: readonly string[];
  /** The messages about the key in the dead-letter queues. */
  readonly deadLetters: readonly DeadLetter[];
  /** The record of writing its link into events. */
  readonly written?: WriteBackRecord | undefined;
}

type Rule = (room: Room, circumstances: Circumstances) => Problem | undefined;

/** The possible problems of a row, the worst first. If there are several, the first one is the cause. */
const RULES: readonly Rule[] = [ended, homeless, refused, heldTooLong, nearlyOver, stuck, failing, unclear];

/**
 * Returns the problems of a room, the worst first. Pure: the same row and circumstances give the same result.
 */
export function problemsOf(room: Room, circumstances: Circumstances): readonly Problem[] {
  return [
    ...RULES.flatMap((rule) => rule(room, circumstances) ?? []),
    ...circumstances.deadLetters.map(resting),
    ...notWritten(circumstances.written),
  ];
}

function notWritten({ problem, copies = {} }: Partial<WriteBackRecord> = {}): Problem[] {
  const ofCopies = Object.entries(copies).map(([calendar, why]) => ({
    what: `its link is not in the copy of its event in calendar ${calendar}`,
    why: WRITE_BACK_REASONS[why],
  }));
  if (problem === undefined) return ofCopies;
  return [{ what: 'its link is not in its event', why: WRITE_BACK_REASONS[problem] }, ...ofCopies];
}

function ended(room: Room, { now }: Circumstances): Problem | undefined {
  const { key, state, current, lastError } = room;
  if (!current || current.expiresAt > now || !isKept(room)) return undefined;
  return {
    what: `its room ended ${span(now - current.expiresAt)} ago, and no other took its place`,
    why: state === 'held' ? 'its renewal is held by a person' : (lastError ?? 'no attempt has been made yet'),
    command: state === 'held' ? `release ${argument(key)}` : `rotate ${argument(key)}`,
  };
}

function homeless({ key, current }: Room, { applications }: Circumstances): Problem | undefined {
  if (!current || applications.includes(current.application)) return undefined;
  const [first = 'NAME'] = applications;
  return {
    what: `its application ${current.application} is not in the pool, so it cannot be renewed`,
    why: `the pool has ${applications.join(', ')}`,
    command: `rotate ${argument(key)} --to ${first}`,
  };
}

function refused({ state, lastError }: Room): Problem | undefined {
  if (state !== 'rejected') return undefined;
  return {
    what: 'the request is refused for good: there is no room',
    why: `${lastError ?? 'the reason was not written down'}; correct the request and send it again`,
    command: 'request FILE',
  };
}

function heldTooLong(
  { key, state, current, emergencyAt }: Room,
  { now }: Circumstances,
): Problem | undefined {
  if (state !== 'held' || !current || !isWithin(current.expiresAt, emergencyAt, now)) return undefined;
  return {
    what: `it ends in ${span(current.expiresAt - now)}, and its renewal is held`,
    why: 'a person paused it, and nobody released it',
    command: `release ${argument(key)}`,
  };
}

function nearlyOver(room: Room, { now }: Circumstances): Problem | undefined {
  const { key, state, current, emergencyAt, renewAt, attempts, lastError } = room;
  if (state === 'held' || !current || !isWithin(current.expiresAt, emergencyAt, now)) return undefined;
  if (attempts === 0 && lastError === undefined) return undefined;
  const due = renewAt === undefined ? '' : `, and its renewal is due since ${span(now - renewAt)}`;
  return {
    what: `it ends in ${span(current.expiresAt - now)}${due}`,
    why: why(attempts, lastError),
    command: `rotate ${argument(key)}`,
  };
}

/** The next worker of the key finishes a claim; if there is none, the message for it is lost. */
function stuck({ key, claim }: Room, { now }: Circumstances): Problem | undefined {
  if (!claim || claim.leaseUntil > now - HOUR) return undefined;
  return {
    what: `an attempt to ${claim.purpose === 'open' ? 'open a room' : 'change the room'} broke off and was not finished`,
    why: `its claim ended ${span(now - claim.leaseUntil)} ago; the next worker on the key checks what it did`,
    command: `rotate ${argument(key)}`,
  };
}

function failing(room: Room, { now }: Circumstances): Problem | undefined {
  const { attempts, lastError, current, state, emergencyAt } = room;
  if (attempts === 0 || state === 'rejected') return undefined;
  // a rule above has already reported it
  if (current && (current.expiresAt <= now || isWithin(current.expiresAt, emergencyAt, now)))
    return undefined;
  return {
    what: current
      ? 'its last renewal or change failed; it is tried again'
      : 'it has no room yet; it is tried again',
    why: why(attempts, lastError),
  };
}

function unclear({ unclear: change }: Room, { now }: Circumstances): Problem | undefined {
  if (!change) return undefined;
  return {
    what: `a change got no clear answer for ${span(now - change.since)}`,
    why: 'the room may have the old settings or the new ones; reconciliation compares them',
    command: 'reconcile',
  };
}

/** A message that was given up, as a problem of the key that it is about. */
export function resting(letter: DeadLetter): Problem {
  const id = firstId(letter);
  return {
    what: `a message about it rests in ${letter.queue}: ${id}`,
    why: reasonOf(letter),
    command: `dead-letters redrive ${id}`,
  };
}

const isKept = ({ state }: Room) => state === 'active' || state === 'held' || state === 'opening';

const isWithin = (expiresAt: Instant, emergencyAt: Instant | undefined, now: Instant) =>
  emergencyAt !== undefined && emergencyAt <= now && expiresAt > now;

function why(attempts: number, lastError: string | undefined): string {
  const times = attempts === 1 ? 'once' : `${attempts} times in a row`;
  if (attempts === 0) return lastError ?? 'the reason was not written down';
  return `it failed ${times}${lastError === undefined ? '' : `, the last time because: ${lastError}`}`;
}

/** Formats a duration for a person. */
export function span(duration: Duration): string {
  if (duration < 2 * MINUTE) return `${Math.max(0, Math.floor(duration / 1000))} s`;
  if (duration < 2 * HOUR) return `${Math.floor(duration / MINUTE)} min`;
  return duration < 2 * DAY ? `${Math.floor(duration / HOUR)} h` : `${Math.floor(duration / DAY)} days`;
}
