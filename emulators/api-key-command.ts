import { randomBytes } from 'node:crypto';
import { type Arguments, COMMON_USAGE } from './command.ts';

/** The options of an emulator whose accounts use API keys. */
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
 * Returns the accepted keys, and the text to print for them. A key that was generated for one run may be
 * printed: it is valid only for this emulator.
 */
export function readApiKeys(args: Arguments): { apiKeys: readonly string[]; shown: string } {
  const given = args.texts('api-key');
  if (given.length > 0) return { apiKeys: given, shown: 'YOUR-KEY' };
  const key = randomBytes(24).toString('hex');
  return { apiKeys: [key], shown: key };
}
