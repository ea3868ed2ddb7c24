import { once } from 'node:events';
import { command } from '../frame/command.ts';
import { CallError, EXIT } from '../frame/errors.ts';

export const consoleCommand = command({
  name: 'console',
  summary: 'serves pages about the rooms on this machine, and opens nothing to anybody else',
  usage: '',
  most: 0,
  flags: {
    'listen-on': { type: 'string', value: 'N', help: 'the port of the pages; default: any that is free' },
  },
  reach: 'any',
  details:
    'The pages read and act with your own credentials. They are served on 127.0.0.1 only, to anybody who has the address that\nis printed: it is a credential. The table is read once for the pictures. Ctrl-C ends it.',
  examples: [['console', 'prints the address to open']],
  async run({ flags, terminal, deployment }) {
    const port = Number(flags['listen-on'] ?? 0);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new CallError(`--listen-on must be a port from 1 to 65535, got ${flags['listen-on']}`);
    const found = await deployment();
    // most commands need not wait for it to be loaded
    const { openConsole } = await import('../console/server.ts');
    const server = await openConsole(found, port).catch((cause) => {
      if (cause.code !== 'EADDRINUSE') throw cause;
      throw new CallError(`port ${port} is in use: name another by --listen-on, or leave it out`, { cause });
    });
    const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    await terminal.say(server.address);
    terminal.note(`the console of ${found.stack} is open until Ctrl-C`);
    await interrupted;
    await server.close();
    return EXIT.done;
  },
});
