import type { Claim, PastGeneration, PreviousRoom } from '../../rooms/model/room.ts';

/** An item of the rooms table, before it is converted to DynamoDB's attributes. */
export type Item = Record<string, unknown>;

/**
 * Short names inside a claim, a past generation and the previous room, which people rarely read. Rows of earlier
 * versions have the long ones.
 */
const SHORT: ReadonlyMap<string, string> = new Map<
  keyof Claim | keyof PreviousRoom | keyof PastGeneration,
  string
>([
  ['announcement', 'n'],
  ['application', 'a'],
  ['bookmark', 'b'],
  ['change', 'h'],
  ['createdAt', 'c'],
  ['ends', 'd'],
  ['expiresAt', 'e'],
  ['from', 'f'],
  ['generation', 'g'],
  ['gone', 'v'],
  ['guestUrl', 'u'],
  ['id', 'i'],
  ['leaseUntil', 'l'],
  ['meetingCode', 'm'],
  ['origin', 'o'],
  ['owner', 'w'],
  ['purpose', 'p'],
  ['reason', 'y'],
  ['replacedAt', 'k'],
  ['sequence', 's'],
  ['spec', 'r'],
  ['takenAt', 't'],
  ['warnings', 'x'],
]);
const LONG: ReadonlyMap<string, string> = new Map([...SHORT].map(([long, short]) => [short, long]));

export function shortened(part: object): Item {
  return renamed(part, SHORT);
}

export function lengthened(part: object): Item {
  return renamed(part, LONG);
}

function renamed(part: object, names: ReadonlyMap<string, string>): Item {
  const attributes = Object.entries(part).filter(([, value]) => value !== undefined);
  return Object.fromEntries(attributes.map(([name, value]) => [names.get(name) ?? name, value]));
}
