import type { Deployment } from '../deployment/deployment.ts';
import { command } from '../frame/command.ts';
import { CallError, EXIT, type ExitCode } from '../frame/errors.ts';
import type { Terminal } from '../frame/terminal.ts';
import { Changes, intervalOf, WATCH, type Watching, watch } from '../frame/watch.ts';
import { lifeOf } from '../pages/life-of.ts';
import { noRoomOf } from '../pages/no-room.ts';
import type { RoomLife } from '../pages/room-life.ts';
import { problemLines, roomPage } from '../pages/room-page.ts';

export const show = command({
  name: 'show',
  summary: 'shows one room: what is wrong and what fixes it, then its whole life',
  usage: 'KEY',
  most: 1,
  flags: { json: { type: 'boolean', help: 'as JSON (docs/command.schema.json)' }, ...WATCH },
  reach: 'any',
  details:
    'It reads the rows of the key, the dead-letter queues, and what was written into events of calendars. Exit code 1:\n' +
    'something is wrong with the room, or there is none. Then it prints why a request for the key was given up, or similar\n' +
    'keys. The last events of the stack on this machine are what it\n' +
    'announced; those of a stack in AWS are the changes of generation, from the history of the key.',
  examples: [
    ['show team-a/weekly', 'everything about the room of that key'],
    ['show team-a/weekly --watch', 'the same, until Ctrl-C'],
  ],
  async run({ args: [key], flags, terminal, deployment }) {
    if (!key) throw new CallError('name the key of a room: list shows them');
    const interval = intervalOf(flags.every);
    const found = await deployment();
    const { json } = flags;
    const redraws = terminal.canRedraw && !json;
    if (flags.watch) return watchRoom(key, found, { terminal, interval, redraws, json });
    const life = await lifeOf(key, found);
    if (!life) throw new Error((await noRoomLines(key, found, terminal)).join('\n'));
    if (json) await terminal.say(JSON.stringify(life, null, 2));
    else for (const line of roomPage(life, found, terminal)) await terminal.say(line);
    return life.problems.length > 0 ? EXIT.wrong : EXIT.done;
  },
});

/** If the page is not redrawn, each look prints the lines that are new. A key may get its room later. */
async function watchRoom(
  key: string,
  found: Deployment,
  { json, ...watching }: Watching & { readonly json: boolean },
): Promise<ExitCode> {
  const changes = new Changes();
  await watch(watching, async () => {
    const life = await lifeOf(key, found);
    const lines = life ? linesOf(life, found, json, watching.terminal) : [`there is no room ${key}`];
    if (watching.redraws) return lines;
    const fresh = lines.filter((line) => changes.isChanged(line, line));
    changes.gone();
    return fresh;
  });
  return EXIT.done;
}

function linesOf(life: RoomLife, found: Deployment, json: boolean, terminal: Terminal): readonly string[] {
  return json ? [JSON.stringify(life)] : roomPage(life, found, terminal);
}

/** Says why there is no room, if a message about the key was given up; else which keys are similar. */
async function noRoomLines(key: string, found: Deployment, terminal: Terminal): Promise<readonly string[]> {
  const { problems, near } = await noRoomOf(key, found);
  if (problems.length > 0)
    return [
      `there is no room ${key}`,
      ...problemLines(problems, found.hint, { ...terminal, hasColours: false }),
    ];
  return [
    `there is no room ${key}: ${near.length > 0 ? `did you mean ${near.join(', ')}?` : 'list shows all keys'}`,
  ];
}
