import { roomsTable } from '../demo/text.ts';
import { runCommand, WIDE } from './command.ts';

const USAGE = `npm run rooms [-- --wide | --json] [--port N]

Lists the rooms of the stack that npm start keeps running. A room that is not renewed says until when it lives; one whose
life is over has no link any more.

  --wide   whole keys and all columns, however narrow the terminal is
  --json   as JSON, with names, links before, warnings and the last error`;

const TAKES = { flags: { json: { type: 'boolean' }, ...WIDE } } as const;

await runCommand(USAGE, TAKES, async ({ stack, flags, say, table }) => {
  const rooms = await stack.rooms();
  if (flags.json) return say(JSON.stringify(rooms, null, 2));
  if (rooms.length === 0)
    return say('no rooms yet: ask for one by npm run send -- examples/room-request.json');
  const now = Date.parse((await stack.facts()).now);
  table((width) => roomsTable(rooms, now, width));
});
