import { assertMayShow } from '../../doctor/host-link.ts';
import { command } from '../frame/command.ts';
import { CallError, EXIT, orCallError } from '../frame/errors.ts';

export const hostLink = command({
  name: 'host-link',
  summary: 'prints the link that makes its holder the host of a room: a credential',
  usage: 'KEY',
  most: 1,
  flags: { yes: { type: 'boolean', help: 'prints it even without a terminal' } },
  reach: 'any',
  details: 'It is shown to a terminal only, and needs the right of an operator.',
  examples: [['host-link team-a/weekly', 'the link for the host of that room']],
  async run({ args: [key], flags, terminal, deployment }) {
    if (!key) throw new CallError('name the key of a room: list shows them');
    await orCallError(() => assertMayShow(terminal.isTerminal, flags.yes));
    await terminal.say(await (await deployment()).hostLink(key));
    return EXIT.done;
  },
});
