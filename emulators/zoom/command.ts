import { randomBytes } from 'node:crypto';
import { COMMON_USAGE, type EmulatorCommand, playground } from '../command.ts';
import { readSwitches } from '../http/switches.ts';
import { POSITIONS } from './choices.ts';
import { startZoom } from './zoom.ts';

export const zoom: EmulatorCommand = {
  usage: `npm run emulate -- zoom [options]

  --account ID      the account's id; default evergreen
  --host EMAIL      a user who can host, may be repeated; default host-1@example.org and host-2@example.org
  --client-id ID    of the server-to-server app; default evergreen-app
  --client-secret S its secret; made up where none is given
  --no-rate-limits  never answer 429 unless told to
  --callbacks-anywhere  call webhooks that are not on this machine too
${COMMON_USAGE}`,
  defaultPort: 4040,
  options: {
    account: { type: 'string' },
    host: { type: 'string', multiple: true },
    'client-id': { type: 'string' },
    'client-secret': { type: 'string' },
    'no-rate-limits': { type: 'boolean' },
    'callbacks-anywhere': { type: 'boolean' },
  },
  async start(args) {
    const accountId = args.text('account') ?? 'evergreen';
    const clientId = args.text('client-id') ?? 'evergreen-app';
    const given = args.text('client-secret');
    const made = randomBytes(24).toString('hex');
    const named = args.texts('host');
    const hosts = named.length > 0 ? named : ['host-1@example.org', 'host-2@example.org'];
    const emulator = await startZoom({
      accounts: [
        {
          accountId,
          clientId,
          clientSecrets: [given ?? made],
          hosts: hosts.map((email) => ({ email })),
        },
      ],
      port: args.port,
      switches: readSwitches(POSITIONS, args.set),
      rateLimits: !args.flag('no-rate-limits'),
      callbacksAnywhere: args.flag('callbacks-anywhere'),
      ...(args.seed !== undefined && { seed: args.seed }),
    });
    const secret = given === undefined ? made : 'YOUR-SECRET';
    const story = `Zoom emulator: meetings in memory, gone when it stops

  base URL      ${emulator.url}
  tokens        ${emulator.tokenUrl}
  account       ${accountId}
  hosts         ${hosts.join(', ')}
  client        ${clientId}, secret ${secret}

A first call
  TOKEN=$(curl -s ${emulator.tokenUrl} -u "${clientId}:${secret}" -d 'grant_type=account_credentials&account_id=${accountId}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s ${emulator.url}/users/${hosts[0]}/meetings -H "Authorization: Bearer $TOKEN" -d '{"topic":"Board room","type":3,"password":"4h7Kq2"}'

Play with it (docs/emulators.md has the rest)
${playground(emulator.origin)}

Ctrl-C stops it`;
    return { emulator, story };
  },
};
