import { setFlagsFromString } from 'node:v8';
import { processTerminal } from './frame/terminal.ts';
import { main } from './run.ts';

// Without it, what a page of a large table leaves behind fills hundreds of megabytes before it is collected.
setFlagsFromString('--optimize-for-size');
setFlagsFromString('--semi-space-growth-factor=1');
// A command waits for the network. The optimizing compiler would only take memory: 10 MB over a million rooms.
setFlagsFromString('--no-opt');
const code = await main(process.argv.slice(2), processTerminal());
// a command that was stopped by Ctrl-C has already set its code
process.exitCode ??= code;
