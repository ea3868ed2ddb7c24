import { caldav } from './caldav/command.ts';
import { type EmulatorCommand, runEmulator } from './command.ts';
import { daily } from './daily/command.ts';
import { googleCalendar } from './google-calendar/command.ts';
import { graph } from './graph/command.ts';
import { whereby } from './whereby/command.ts';
import { zoom } from './zoom/command.ts';

const COMMANDS: Readonly<Record<string, EmulatorCommand>> = {
  daily,
  whereby,
  zoom,
  caldav,
  'google-calendar': googleCalendar,
  graph,
};

const [name = '', ...argv] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
const usage = `npm run emulate -- ${Object.keys(COMMANDS).join('|')} [--port N]
npm run meetings-api -- [--port N]   for the Meetings API
--help after the name shows the options`;
if (command) {
  await runEmulator(command, argv);
} else if (name === '--help') {
  console.log(usage);
} else {
  console.error(`the emulator must be one of ${Object.keys(COMMANDS).join(', ')}, got "${name}"\n\n${usage}`);
  process.exitCode = 1;
}
