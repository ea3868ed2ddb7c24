import { nearestOf } from '../../lib/settings/nearest.ts';
import { keyOf } from '../../local/demo/text.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { type Problem, resting } from './problems.ts';

/** The answer for a key that has no row. */
export interface NoRoom {
  /** The messages about the key that were given up: they say why there is no room. */
  readonly problems: readonly Problem[];
  /** Similar keys, the nearest first. */
  readonly near: readonly string[];
}

/** It reads the dead-letter queues, and a few pages of the table if no message is about the key. */
export async function noRoomOf(
  key: string,
  { deadLetters, rooms }: Pick<Deployment, 'deadLetters' | 'rooms'>,
): Promise<NoRoom> {
  const letters = (await deadLetters()).filter(({ body }) => keyOf(body) === key);
  return {
    problems: letters.map(resting),
    near: letters.length > 0 || key === '' ? [] : await nearestKeys(key, rooms),
  };
}

/** Pages of the table that are searched for a similar key. */
const PAGES = 5;

/** The number of similar keys in an answer. */
const OFFERED = 3;

async function nearestKeys(
  key: string,
  rooms: Pick<Deployment['rooms'], 'scan'>,
): Promise<readonly string[]> {
  let near: readonly string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES && (page === 0 || cursor !== undefined); page += 1) {
    const { items, cursor: next } = await rooms.scan(cursor);
    const keys = items.flatMap((entry) => ('revision' in entry ? [entry.key] : []));
    near = similar(key, [...near, ...keys]);
    cursor = next;
  }
  return near;
}

/** A person types a part of a key as often as a wrong letter. */
function similar(key: string, keys: readonly string[]): readonly string[] {
  const part = key.toLowerCase();
  const around = keys
    .filter((each) => each.toLowerCase().includes(part))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return [...new Set([...around, ...nearestOf(key, keys, OFFERED)])].slice(0, OFFERED);
}
