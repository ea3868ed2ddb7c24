import { API_KEY_OPTIONS, apiKeyUsage, readApiKeys } from '../api-key-command.ts';
import { type EmulatorCommand, playground } from '../command.ts';
import { readSwitches } from '../http/switches.ts';
import { POSITIONS } from './choices.ts';
import { startWhereby } from './whereby.ts';

const DAY = 24 * 3_600_000;

export const whereby: EmulatorCommand = {
  usage: apiKeyUsage(
    'whereby',
    'the subdomain of whereby.com',
    '  --points N        points a minute; default 100\n',
  ),
  defaultPort: 4030,
  options: { ...API_KEY_OPTIONS, points: { type: 'string' } },
  async start(args) {
    const subdomain = args.text('account') ?? 'evergreen';
    const { apiKeys, shown } = readApiKeys(args);
    const pointsPerMinute = args.count('points') ?? 100;
    const emulator = await startWhereby({
      organizations: [{ subdomain, apiKeys, pointsPerMinute }],
      port: args.port,
      switches: readSwitches(POSITIONS, args.set),
      rateLimits: !args.flag('no-rate-limits'),
      callbacksAnywhere: args.flag('callbacks-anywhere'),
      ...(args.seed !== undefined && { seed: args.seed }),
    });
    const endDate = new Date(emulator.clock.now() + 30 * DAY).toISOString();
    const story = `Whereby emulator: meetings in memory, gone when it stops

  base URL      ${emulator.url}
  subdomain     ${subdomain}, ${pointsPerMinute} points a minute
  API key       ${shown}

A first call
  curl -s "${emulator.url}/meetings?limit=1" -H "Authorization: Bearer ${shown}"
  curl -s ${emulator.url}/meetings -H "Authorization: Bearer ${shown}" \\
    -d '{"endDate":"${endDate}","roomMode":"group","roomNamePrefix":"first-"}'

Play with it (docs/emulators.md has the rest)
${playground(emulator.origin)}

Ctrl-C stops it`;
    return { emulator, story };
  },
};
