import { command } from '../frame/command.ts';
import { CallError, EXIT, orCallError } from '../frame/errors.ts';

export const credentials = command({
  name: 'credentials',
  summary: 'puts the credential of an application or a connection, or the address of a feed, into its secret',
  usage: 'put NAME',
  words: { '': ['put'] },
  most: 2,
  flags: {
    file: { type: 'string', value: 'FILE', help: 'what is put; default: standard input' },
    remove: { type: 'boolean', help: 'removes the file once its content was read back from the secret' },
  },
  reach: 'any',
  details:
    'NAME is an application, a connection to calendars, a feed, or APPLICATION-webhook. The value is checked, written\n' +
    'and read back. It is never printed.',
  examples: [['credentials put main --file private.key --remove', 'puts the key, and removes the file']],
  async run({ args: [verb, name], flags: { file = '-', remove }, terminal, deployment }) {
    if (verb !== 'put' || name === undefined) throw new CallError('say what to put: credentials put NAME');
    const found = await deployment();
    // the value, the file or the name is wrong: that is no problem of a room
    await terminal.say(await orCallError(() => found.putCredential({ name, file, remove })));
    return EXIT.done;
  },
});
