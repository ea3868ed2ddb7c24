import { readRows } from '../../functions/rooms/fleet/read-rows.ts';
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
    let count = 0;
    for await (const entries of readRows(rooms)) {
      const found = entries.flatMap((entry) => ('revision' in entry ? [entry] : []));
      if (found.length > 0)
        await terminal.say(found.map((room) => JSON.stringify(exportedRoom(room, linksUrl))).join('\n'));
      count += found.length;
      terminal.progress(`${count.toLocaleString('en')} rooms`);
    }
    terminal.progress();
    return EXIT.done;
  },
});
