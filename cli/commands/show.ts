import { keyOf } from '../../local/demo/text.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { command } from '../frame/command.ts';
import { CallError, EXIT } from '../frame/errors.ts';
import { type LifeEvent, roomLife } from '../pages/room-life.ts';
import { roomPage } from '../pages/room-page.ts';

/** Events of a page. */
const LAST_EVENTS = 10;

export const show = command({
  name: 'show',
  summary: 'shows one room: what is wrong and what mends it, then its whole life',
  usage: 'KEY',
  most: 1,
  flags: { json: { type: 'boolean', help: 'as JSON (docs/command.schema.json)' } },
  reach: 'any',
  details:
    'It reads the rows of the key, and the dead-letter queues. Exit code 1: something is wrong with the room, or there is\nno such room. The last events are those that the stack on this machine remembers.',
  examples: [['show team-a/weekly', 'everything about the room of that key']],
  async run({ args: [key], flags, terminal, deployment }) {
    if (!key) throw new CallError('name the key of a room: list shows them');
    const found = await deployment();
    const { rooms, now, linksUrl, renewal } = found;
    const [room, history, letters, events] = await Promise.all([
      rooms.read(key),
      rooms.history(key),
      found.deadLetters(),
      eventsOf(key, found),
    ]);
    if (!room) throw new Error(`there is no room ${key}: list shows all keys`);
    const life = roomLife(room, {
      now: now(),
      applications: found.applications.map(({ name }) => name),
      deadLetters: letters.filter(({ body }) => keyOf(body) === key),
      linksUrl,
      renewal,
      history,
      events,
    });
    if (flags.json) await terminal.say(JSON.stringify(life, null, 2));
    else for (const line of roomPage(life, now(), terminal)) await terminal.say(line);
    return life.problems.length > 0 ? EXIT.wrong : EXIT.done;
  },
});

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
