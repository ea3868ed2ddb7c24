import { command } from '../frame/command.ts';
import { EXIT } from '../frame/errors.ts';
import { exportedRoom } from '../pages/room-life.ts';

export const exportRooms = command({
  name: 'export',
  summary: 'prints every room with what was asked for, a line of JSON each',
  usage: '',
  most: 0,
  flags: {},
  reach: 'any',
  details: 'It reads the whole table page by page, and holds one page in memory. Host links are left out.',
  examples: [['export > rooms.jsonl', 'all rooms, for another program']],
  async run({ terminal, deployment }) {
    const { rooms, linksUrl } = await deployment();
    let cursor: string | undefined;
    let count = 0;
    do {
      const page = await rooms.scan(cursor);
      const found = page.items.flatMap((entry) => ('revision' in entry ? [entry] : []));
      if (found.length > 0)
        await terminal.say(found.map((room) => JSON.stringify(exportedRoom(room, linksUrl))).join('\n'));
      count += found.length;
      cursor = page.cursor;
      terminal.progress(`${count.toLocaleString('en')} rooms`);
    } while (cursor !== undefined);
    terminal.progress();
    return EXIT.done;
  },
});
