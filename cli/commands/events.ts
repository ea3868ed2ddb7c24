import { announcements } from '../../local/demo/text.ts';
import { command } from '../frame/command.ts';
import { EXIT } from '../frame/errors.ts';
import { sayTable, WIDE } from '../frame/table.ts';
import { machineOf } from './machine.ts';

export const events = command({
  name: 'events',
  summary: 'lists what the stack on this machine has announced on its bus',
  usage: '',
  most: 0,
  flags: { json: { type: 'boolean', help: 'the events themselves (docs/command.schema.json)' }, ...WIDE },
  reach: 'local',
  examples: [],
  async run({ flags, terminal, deployment }) {
    const seen = await machineOf(await deployment()).announcements();
    if (flags.json)
      await terminal.say(
        JSON.stringify(
          seen.map(({ event }) => event),
          null,
          2,
        ),
      );
    else if (seen.length === 0) await terminal.say('nothing has been announced since it was started');
    else await sayTable(terminal, flags.wide, (width) => announcements(seen, width));
    return EXIT.done;
  },
});
