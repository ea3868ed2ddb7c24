import type { LiveRoom, PastGeneration, PreviousRoom, Room } from '../../rooms/model/room.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { type Item, lengthened, shortened } from './short-names.ts';

/** The parts of a row from which what its earlier rooms leave out can be told. */
type Known = Pick<Room, 'current' | 'previous' | 'generation' | 'spec'>;

/**
 * The attributes of the previous room and of past generations. They stay on a row until the next rotation, and each
 * comparison reads them. So they leave out what the row tells, and are as short as they can be. Rows of earlier
 * versions have all of it: both are read.
 */
export function writeEarlier(room: Room): Item {
  const { previous, past = [] } = room;
  return {
    ...(previous && { previous: writePrevious(previous, room) }),
    ...(past.length > 0 && { past: past.map((each, index) => writePast(each, past[index + 1], room)) }),
  };
}

/** @param item the row of a key; instants that an earlier version wrote as text stay text */
export function readEarlier(item: Item): Pick<Room, 'previous' | 'past'> {
  // this table has one writer
  const { roomKey, previous: last, past: written = [], ...row } = item as unknown as StoredRow;
  const previous = last && readPrevious(last, row);
  const past: PastGeneration[] = [];
  for (const each of written.toReversed()) {
    past.unshift(readPast(each, roomKey, past[0], { ...row, previous }));
  }
  return { ...(previous && { previous }), ...(past.length > 0 && { past }) };
}

interface StoredRow extends Pick<Known, 'generation' | 'spec'> {
  readonly roomKey: string;
  readonly current?: LiveRoom;
  readonly previous?: Item;
  readonly past?: readonly Item[];
}

function writePrevious(previous: PreviousRoom, row: Known): Item {
  const { id, createdAt, expiresAt } = previous;
  return shortened({
    ...without(usualPrevious(previous, row), previous),
    id: writeId(id),
    expiresAt: distance(expiresAt, usualEnd(createdAt, row)),
  });
}

function readPrevious(written: Item, row: Known): PreviousRoom {
  // a row of an earlier version has a host link, which is no longer used
  const { hostUrl: _hostUrl, ...named } = lengthened(written);
  const { id, createdAt, expiresAt, ...place } = named as unknown as PreviousRoom;
  return {
    ...usualPrevious(place, row),
    ...place,
    id: readId(id),
    createdAt,
    expiresAt: instantAt(expiresAt, usualEnd(createdAt, row)),
  };
}

/** Where links end in the code of their room, the link follows from the current one and the code. */
function usualPrevious(
  { meetingCode }: Pick<PreviousRoom, 'meetingCode'>,
  { current }: Pick<Known, 'current'>,
) {
  if (!current) return {};
  const { application, guestUrl, meetingCode: code } = current;
  if (!code || !meetingCode) return { application };
  return { application, guestUrl: guestUrl.slice(0, -code.length) + meetingCode };
}

/** @param next the generation after it, if that is a past one too */
function writePast(past: PastGeneration, next: PastGeneration | undefined, row: Known): Item {
  const { key: _key, roomId: id, openedAt: createdAt, ...others } = past;
  const usual = usualPast(next, row);
  const rest = without(usual, { ...others, id, createdAt });
  return shortened({
    ...rest,
    ...('id' in rest && { id: writeId(id) }),
    ...('expiresAt' in rest && { expiresAt: distance(past.expiresAt, usualEnd(createdAt, row)) }),
    ...('replacedAt' in rest && { replacedAt: distance(past.replacedAt, usual.replacedAt) }),
  });
}

function readPast(written: Item, key: string, next: PastGeneration | undefined, row: Known): PastGeneration {
  const usual = usualPast(next, row);
  const named = { ...usual, ...lengthened(written) };
  // it is written as a whole
  const { id, createdAt, ...others } = named as unknown as Omit<PastGeneration, 'key'> & PreviousRoom;
  return {
    ...others,
    key,
    roomId: readId(id),
    openedAt: createdAt,
    expiresAt: instantAt(others.expiresAt, usualEnd(createdAt, row)),
    replacedAt: instantAt(others.replacedAt, usual.replacedAt),
  };
}

/**
 * What most past generations have: the number before the next one's, which took their place when it began. While
 * the links of the last one work, its room is the previous one.
 */
function usualPast(next: PastGeneration | undefined, { current, previous, generation }: Known) {
  const { id, createdAt, expiresAt } = previous ?? {};
  return {
    generation: (next?.generation ?? generation) - 1,
    application: current?.application,
    reason: 'renewal',
    replacedAt: next?.openedAt ?? current?.renewedAt,
    id,
    createdAt,
    expiresAt,
  };
}

function without(usual: object, part: object): Item {
  const known = new Map<string, unknown>(Object.entries(usual));
  return Object.fromEntries(Object.entries(part).filter(([name, value]) => value !== known.get(name)));
}

/** The end of a room that lives as long as the row's request wants. */
function usualEnd(createdAt: Instant, { spec }: Pick<Known, 'spec'>): Instant {
  return createdAt + (spec?.lifetime ?? 0);
}

/** Numbers below are distances, and those above instants: three years, which no instant since 1973 is. */
const FARTHEST = 1e11;

/** Returns an instant as its distance from another one, if that is shorter. */
function distance(instant: Instant, from: Instant = 0): number {
  const far = instant - from;
  return Math.abs(far) < FARTHEST ? far : instant;
}

function instantAt(written: Instant, from: Instant = 0): Instant {
  // a row of an earlier version may have text
  return typeof written === 'number' && Math.abs(written) < FARTHEST ? from + written : written;
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Returns a UUID as its 16 bytes. The ids of other providers stay text. */
function writeId(id: string): string | Uint8Array {
  return UUID.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex') : id;
}

function readId(written: string | Uint8Array): string {
  if (typeof written === 'string') return written;
  return Buffer.from(written)
    .toString('hex')
    .replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}
