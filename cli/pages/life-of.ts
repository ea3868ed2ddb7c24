import type { PastGeneration, Room } from '../../functions/rooms/model/room.ts';
import { keyOf } from '../../local/demo/text.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { iso } from './listed-room.ts';
import { type LifeEvent, type RoomLife, roomLife } from './room-life.ts';

/** Events on a page. */
const LAST_EVENTS = 10;

/**
 * Everything that a deployment knows of a key. It reads the rows of the key, the dead-letter queues and what
 * was written into events.
 *
 * @returns undefined where there is no such room
 */
export async function lifeOf(key: string, deployment: Deployment): Promise<RoomLife | undefined> {
  const { rooms, now, linksUrl, renewal, applications } = deployment;
  const [room, history, letters, announced, written] = await Promise.all([
    rooms.read(key),
    rooms.history(key),
    deployment.deadLetters(),
    eventsOf(key, deployment),
    deployment.written(key),
  ]);
  if (!room) return undefined;
  return roomLife(room, {
    now: now(),
    applications: applications.map(({ name }) => name),
    deadLetters: letters.filter(({ body }) => keyOf(body) === key),
    linksUrl,
    renewal,
    history,
    written,
    events: announced ?? pastEvents(room, history),
    eventsFrom: announced ? 'announcements' : 'history',
  });
}

async function eventsOf(key: string, { machine }: Deployment): Promise<readonly LifeEvent[] | undefined> {
  const seen = await machine?.announcements();
  return (
    seen
      // as the stack announces it
      ?.filter(({ event }) => (event.detail as { key?: string }).key === key)
      .slice(-LAST_EVENTS)
      .map(({ at, event }) => ({
        at: new Date(at).toISOString(),
        type: String(event['detail-type']),
        // as the stack announces it
        reason: String((event.detail as { reason?: string }).reason ?? ''),
      }))
  );
}

/** Nothing keeps what a stack in AWS announced. The history has the changes of generation, which were announced. */
function pastEvents({ generation, current }: Room, history: readonly PastGeneration[]): readonly LifeEvent[] {
  const [first] = history;
  const opened =
    first?.generation === 1 ? first.openedAt : generation === 1 && !first ? current?.createdAt : undefined;
  return [
    ...(opened === undefined ? [] : [{ at: opened, type: 'Room Created', reason: 'requested' }]),
    ...history.map(({ replacedAt, reason }) => ({ at: replacedAt, type: 'Room Rotated', reason })),
  ]
    .slice(-LAST_EVENTS)
    .map(({ at, ...event }) => ({ at: iso(at), ...event }));
}
