import { parseArgs } from 'node:util';
import { portOf } from './commands/command.ts';
import { CONTROL_PORT, type ControlServer, startControl } from './rooms/control.ts';
import { type LocalRooms, startLocalRooms } from './rooms/local-rooms.ts';
import { introduction, whatNext } from './story/frame.ts';
import { Story } from './story/story.ts';

const USAGE = `npm start [-- --once] [--verbose] [--port N]

Runs the whole stack on this machine and does its main job before your eyes. Then it stays up until Ctrl-C, for
npm run send, rooms, clock, events and dead-letters.

  --once      ends after the main job: exit code 0, or 1 and the reason if a step failed
  --verbose   shows what the functions log
  --port N    where the commands find it; default ${CONTROL_PORT}`;

const say = (line = '') => console.log(line);

try {
  await main();
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean' },
      verbose: { type: 'boolean' },
      port: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return say(USAGE);

  say('Evergreen Rooms on this machine: the stack is being synthesised ...');
  const started = performance.now();
  const rooms = await startLocalRooms({
    warn: (text) => say(`   warning: ${text}`),
    ...(values.verbose && { log: ({ function: name, line }) => say(`   ${name}: ${line}`) }),
  });
  let control: ControlServer | undefined;
  try {
    if (!values.once) control = await startControl(rooms, portOf(values.port) ?? CONTROL_PORT);
    for (const line of introduction(rooms, performance.now() - started)) say(line);
    await new Story(rooms, say, process.stdout.columns ?? 120).tell();
    if (!control) return;
    for (const line of whatNext(rooms, control.port)) say(line);
    await interrupted();
    say('\nstopping');
  } finally {
    await stop(rooms, control);
  }
}

async function stop(rooms: LocalRooms, control: ControlServer | undefined): Promise<void> {
  await control?.stop();
  await rooms.stop();
}

function interrupted(): Promise<void> {
  return new Promise((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
  });
}
