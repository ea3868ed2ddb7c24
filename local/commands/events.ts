import { announcements } from '../demo/text.ts';
import { runCommand, WIDE } from './command.ts';

const USAGE = `npm run events [-- --wide | --json] [--port N]

Lists what the stack that npm start keeps running has announced on its bus.

  --wide   whole keys and all columns, however narrow the terminal is
  --json   the events themselves`;

const TAKES = { flags: { json: { type: 'boolean' }, ...WIDE } } as const;

await runCommand(USAGE, TAKES, async ({ stack, flags, say, table }) => {
  const seen = await stack.announcements();
  const events = seen.map(({ event }) => event);
  if (flags.json) say(JSON.stringify(events, null, 2));
  else if (events.length === 0) say('nothing has been announced since it was started');
  else table((width) => announcements(seen, width));
});
