import { announcements } from '../story/text.ts';
import { runCommand } from './command.ts';

const USAGE = `npm run events [-- --json] [--port N]

Lists what the stack that npm start keeps running has announced on its bus.

  --json   the events themselves`;

await runCommand(USAGE, { flags: { json: { type: 'boolean' } } }, async ({ stack, flags, say }) => {
  const events = await stack.announcements();
  if (flags.json)
    say(
      JSON.stringify(
        events.map(({ event }) => event),
        null,
        2,
      ),
    );
  else if (events.length === 0) say('nothing has been announced since it was started');
  else for (const line of announcements(events)) say(line);
});
