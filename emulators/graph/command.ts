import { randomBytes } from 'node:crypto';
import { COMMON_USAGE, type EmulatorCommand, playground } from '../command.ts';
import { readSwitches } from '../http/switches.ts';
import { POSITIONS } from './choices.ts';
import { startGraph } from './graph.ts';

const TENANT = 'evergreen';
const CLIENT = 'evergreen-app';

export const graph: EmulatorCommand = {
  usage: `npm run emulate -- graph [options]

  --mailbox ADDRESS  a mailbox that the app may read and write, may be repeated; default anna@example.org
  --client-secret S  the app's secret; made up where none is given
  --no-rate-limits   never answer 429 unless told to
${COMMON_USAGE}`,
  defaultPort: 4070,
  options: {
    mailbox: { type: 'string', multiple: true },
    'client-secret': { type: 'string' },
    'no-rate-limits': { type: 'boolean' },
  },
  async start(args) {
    const named = args.texts('mailbox');
    const mailboxes = named.length > 0 ? named : ['anna@example.org'];
    const given = args.text('client-secret');
    const made = randomBytes(24).toString('hex');
    const emulator = await startGraph({
      app: { tenant: TENANT, client: CLIENT, secrets: [given ?? made] },
      mailboxes,
      port: args.port,
      switches: readSwitches(POSITIONS, args.set),
      rateLimits: !args.flag('no-rate-limits'),
      ...(args.seed !== undefined && { seed: args.seed }),
    });
    const events = `${emulator.origin}/_control/calendars/${mailboxes[0]}/events`;
    const story = `Microsoft Graph emulator: events in memory, gone when it stops

  base URL      ${emulator.url}
  tokens        ${emulator.loginUrl}/${TENANT}/oauth2/v2.0/token
  mailboxes     ${mailboxes.join(', ')}
  client        ${CLIENT}, secret ${given === undefined ? made : 'YOUR-SECRET'}

A first event
  curl -s ${events} -d '{"subject":"Planning #room","start":{"dateTime":"2027-03-01T09:00:00","timeZone":"UTC"},"end":{"dateTime":"2027-03-01T10:00:00","timeZone":"UTC"}}'

Play with it (docs/emulators.md has the rest)
${playground(emulator.origin)}

Ctrl-C stops it`;
    return { emulator, story };
  },
};
