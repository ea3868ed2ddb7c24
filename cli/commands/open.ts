import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkAddress } from '../../functions/rooms/model/link.ts';
import { command } from '../frame/command.ts';
import { CallError, EXIT } from '../frame/errors.ts';

/** The program that opens an address, by operating system. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', win32: 'explorer' };

export const open = command({
  name: 'open',
  summary: 'opens the link of a room in the browser',
  usage: 'KEY',
  most: 1,
  flags: { print: { type: 'boolean', help: 'prints the link instead' } },
  reach: 'any',
  details: 'It is the link of the key, or that of the room for guests where links are off.',
  examples: [['open team-a/weekly', 'as a guest sees it']],
  async run({ args: [key], flags, terminal, deployment }) {
    if (!key) throw new CallError('name the key of a room: list shows them');
    const { rooms, linksUrl, now } = await deployment();
    const room = await rooms.read(key);
    if (!room) throw new Error(`there is no room ${key}: list shows all keys`);
    const alive = room.current && room.current.expiresAt > now() ? room.current.guestUrl : undefined;
    const link = linkAddress(room, linksUrl) ?? alive;
    if (link === undefined) throw new Error(`room ${key} is ${room.state} and has no link`);
    // the link comes from the provider: only a web address is passed to the operating system
    if (!/^https?:\/\//.test(link)) throw new Error(`the link of room ${key} is no address of the web`);
    if (flags.print || !terminal.isTerminal) {
      await terminal.say(link);
      return EXIT.done;
    }
    const opener = spawn(OPENERS[process.platform] ?? 'xdg-open', [link], {
      stdio: 'ignore',
      detached: true,
    });
    const [failed] = await Promise.race([once(opener, 'spawn').then(() => []), once(opener, 'error')]);
    if (failed) await terminal.say(link);
    else opener.unref();
    return EXIT.done;
  },
});
