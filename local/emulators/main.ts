import { type EmulatorCommand, runEmulator } from './command.ts';
import { daily } from './daily/command.ts';
import { whereby } from './whereby/command.ts';

const COMMANDS: Readonly<Record<string, EmulatorCommand>> = { daily, whereby };

const [name = '', ...argv] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command) {
  await runEmulator(command, argv);
} else {
  console.error(
    `npm run emulate -- daily|whereby [--port N]   (got "${name}")\nnpm run meetings-api -- [--port N]   for the Meetings API\n--help after the name shows the options`,
  );
  process.exitCode = 1;
}
