import { nearestOf } from '../../lib/settings/nearest.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { command } from '../frame/command.ts';
import { CallError, EXIT } from '../frame/errors.ts';
import { lifeOf } from '../pages/life-of.ts';
import { roomPage } from '../pages/room-page.ts';

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
    const life = await lifeOf(key, found);
    if (!life) throw new Error(`there is no room ${key}${await didYouMean(key, found)}`);
    if (flags.json) await terminal.say(JSON.stringify(life, null, 2));
    else for (const line of roomPage(life, found.now(), terminal)) await terminal.say(line);
    return life.problems.length > 0 ? EXIT.wrong : EXIT.done;
  },
});

/** Pages of the table that are looked through for a key that is nearly the same. */
const PAGES = 5;

/** Names that are offered. */
const OFFERED = 3;

async function didYouMean(key: string, { rooms }: Deployment): Promise<string> {
  let near: readonly string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES && (page === 0 || cursor !== undefined); page += 1) {
    const { items, cursor: next } = await rooms.scan(cursor);
    const keys = items.flatMap((entry) => ('revision' in entry ? [entry.key] : []));
    near = nearestOf(key, [...near, ...keys], OFFERED);
    cursor = next;
  }
  return near.length > 0 ? `: did you mean ${near.join(', ')}?` : ': list shows all keys';
}
