import { processTerminal } from './frame/terminal.ts';
import { main } from './run.ts';

const code = await main(process.argv.slice(2), processTerminal());
// a command that was stopped by Ctrl-C has already set its code
process.exitCode ??= code;
