import { keyOf } from '../../local/demo/text.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { type LifeEvent, type RoomLife, roomLife } from './room-life.ts';

/** Events of a page. */
const LAST_EVENTS = 10;

/**
 * Everything that a deployment knows of a key. It reads the rows of the key, and the dead-letter queues.
 *
 * @returns undefined where there is no such room
 */
export async function lifeOf(key: string, deployment: Deployment): Promise<RoomLife | undefined> {
  const { rooms, now, linksUrl, renewal, applications } = deployment;
  const [room, history, letters, events] = await Promise.all([
    rooms.read(key),
    rooms.history(key),
    deployment.deadLetters(),
    eventsOf(key, deployment),
  ]);
  if (!room) return undefined;
  return roomLife(room, {
    now: now(),
    applications: applications.map(({ name }) => name),
    deadLetters: letters.filter(({ body }) => keyOf(body) === key),
    linksUrl,
    renewal,
    history,
    events,
  });
}

async function eventsOf(key: string, { machine }: Deployment): Promise<readonly LifeEvent[] | undefined> {
  const seen = await machine?.announcements();
  return seen
    ?.filter(({ event }) => (event.detail as { key?: string }).key === key)
    .slice(-LAST_EVENTS)
    .map(({ at, event }) => ({
      at: new Date(at).toISOString(),
      type: String(event['detail-type']),
      reason: String((event.detail as { reason?: string }).reason ?? ''),
    }));
}
