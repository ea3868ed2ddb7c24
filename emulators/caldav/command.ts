import { randomBytes } from 'node:crypto';
import { COMMON_USAGE, type EmulatorCommand, playground } from '../command.ts';
import { readSwitches } from '../http/switches.ts';
import { startCaldav } from './caldav.ts';
import { POSITIONS } from './choices.ts';

export const caldav: EmulatorCommand = {
  usage: `npm run emulate -- caldav [options]

  --user NAME       who has the calendars; default ann
  --password P      made up where none is given
  --calendar NAME   may be repeated; default team
${COMMON_USAGE}`,
  defaultPort: 4050,
  options: {
    user: { type: 'string' },
    password: { type: 'string' },
    calendar: { type: 'string', multiple: true },
  },
  async start(args) {
    const user = args.text('user') ?? 'ann';
    const given = args.text('password');
    const made = randomBytes(12).toString('hex');
    const named = args.texts('calendar');
    const calendars = (named.length > 0 ? named : ['team']).map((name) => `${user}/${name}`);
    const emulator = await startCaldav({
      users: [{ name: user, passwords: [given ?? made] }],
      calendars,
      port: args.port,
      switches: readSwitches(POSITIONS, args.set),
      ...(args.seed !== undefined && { seed: args.seed }),
    });
    const addresses = calendars.map((path) => `${emulator.url}/${path}/`);
    const login = `${user}:${given === undefined ? made : 'YOUR-PASSWORD'}`;
    const story = `CalDAV server: calendars in memory, gone when it stops

  calendars     ${addresses.join(`\n${' '.repeat(16)}`)}
  login         ${login}

A first event, and what the calendar has
  printf 'BEGIN:VCALENDAR\\r\\nVERSION:2.0\\r\\nPRODID:-//example//EN\\r\\nBEGIN:VEVENT\\r\\nUID:1\\r\\nDTSTAMP:20270101T000000Z\\r\\nDTSTART:20270301T090000Z\\r\\nDTEND:20270301T100000Z\\r\\nSUMMARY:First\\r\\nEND:VEVENT\\r\\nEND:VCALENDAR\\r\\n' | curl -s -u ${login} -T - ${addresses[0]}1.ics
  curl -s -u ${login} -X PROPFIND -H 'Depth: 1' ${addresses[0]}

Play with it (docs/emulators.md has the rest)
${playground(emulator.origin)}

Ctrl-C stops it`;
    return { emulator, story };
  },
};
