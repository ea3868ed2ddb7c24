import { API_KEY_OPTIONS, apiKeyUsage, readApiKeys } from '../api-key-command.ts';
import { type EmulatorCommand, playground } from '../command.ts';
import { readSwitches } from '../http/switches.ts';
import { POSITIONS } from './choices.ts';
import { startDaily } from './daily.ts';

export const daily: EmulatorCommand = {
  usage: apiKeyUsage('daily', 'the subdomain of daily.co'),
  defaultPort: 4020,
  options: API_KEY_OPTIONS,
  async start(args) {
    const domainName = args.text('account') ?? 'evergreen';
    const { apiKeys, shown } = readApiKeys(args);
    const emulator = await startDaily({
      domains: [{ domainName, apiKeys }],
      port: args.port,
      switches: readSwitches(POSITIONS, args.set),
      rateLimits: !args.flag('no-rate-limits'),
      callbacksAnywhere: args.flag('callbacks-anywhere'),
      ...(args.seed !== undefined && { seed: args.seed }),
    });
    const exp = Math.floor(emulator.clock.now() / 1000) + 30 * 86_400;
    const story = `Daily emulator: rooms in memory, gone when it stops

  base URL      ${emulator.url}
  domain        ${domainName}
  API key       ${shown}

A first call
  curl -s ${emulator.url}/ -H "Authorization: Bearer ${shown}"
  curl -s ${emulator.url}/rooms -H "Authorization: Bearer ${shown}" -d '{"name":"first","properties":{"exp":${exp}}}'

Play with it (docs/emulators.md has the rest)
${playground(emulator.origin)}

Ctrl-C stops it`;
    return { emulator, story };
  },
};
