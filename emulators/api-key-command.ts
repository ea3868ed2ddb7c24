import { randomBytes } from 'node:crypto';
import { type Arguments, COMMON_USAGE } from './command.ts';

/** The options of an emulator whose accounts are opened by an API key. */
export const API_KEY_OPTIONS = {
  account: { type: 'string' },
  'api-key': { type: 'string', multiple: true },
  'no-rate-limits': { type: 'boolean' },
  'callbacks-anywhere': { type: 'boolean' },
} as const;

export const apiKeyUsage = (name: string, account: string, more = '') => `npm run emulate -- ${name} [options]

  --account NAME    ${account}; default evergreen
  --api-key KEY     a key that is accepted, may be repeated; made up where none is given
${more}  --no-rate-limits  never answer 429 unless told to
  --callbacks-anywhere  call webhooks that are not on this machine too
${COMMON_USAGE}`;

/**
 * The keys that are accepted, and what to print for them. A key made up for one run may be printed: it opens nothing
 * but this emulator.
 */
export function readApiKeys(args: Arguments): { apiKeys: readonly string[]; shown: string } {
  const given = args.texts('api-key');
  if (given.length > 0) return { apiKeys: given, shown: 'YOUR-KEY' };
  const key = randomBytes(24).toString('hex');
  return { apiKeys: [key], shown: key };
}
