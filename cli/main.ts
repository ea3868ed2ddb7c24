import { processTerminal } from './frame/terminal.ts';
import { main } from './run.ts';

const code = await main(process.argv.slice(2), processTerminal());
// a command that Ctrl-C stopped has said so already
process.exitCode ??= code;
