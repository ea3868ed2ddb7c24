import { roomsTable } from '../story/text.ts';
import { runCommand } from './command.ts';

const USAGE = `npm run rooms [-- --json] [--port N]

Lists the rooms of the stack that npm start keeps running.

  --json   as JSON, with names, links before, warnings and the last error`;

await runCommand(USAGE, { flags: { json: { type: 'boolean' } } }, async ({ stack, flags, say }) => {
  const rooms = await stack.rooms();
  if (flags.json) say(JSON.stringify(rooms, null, 2));
  else if (rooms.length === 0) say('no rooms yet: ask for one by npm run send -- examples/room-request.json');
  else for (const line of roomsTable(rooms, process.stdout.columns ?? Number.POSITIVE_INFINITY)) say(line);
});
