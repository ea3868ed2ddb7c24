import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { COMMON_USAGE, type EmulatorCommand, playground } from '../command.ts';
import { readSwitches } from '../http/switches.ts';
import { POSITIONS } from './choices.ts';
import { startGoogleCalendar } from './google-calendar.ts';

const EMAIL = 'rooms@evergreen.iam.gserviceaccount.com';

export const googleCalendar: EmulatorCommand = {
  usage: `npm run emulate -- google-calendar [options]

  --calendar ID     a calendar that is shared with the service account, may be repeated; default anna@example.org
  --key FILE        the service account's JSON key, for a client; written for its owner alone where there is none
  --no-rate-limits  never answer 403 for a quota unless told to
${COMMON_USAGE}`,
  defaultPort: 4060,
  options: {
    calendar: { type: 'string', multiple: true },
    key: { type: 'string' },
    'no-rate-limits': { type: 'boolean' },
  },
  async start(args) {
    const named = args.texts('calendar');
    const ids = named.length > 0 ? named : ['anna@example.org'];
    const file = args.text('key');
    const privateKey = file !== undefined && existsSync(file) ? privateKeyIn(file) : newPrivateKey();
    const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
    const emulator = await startGoogleCalendar({
      serviceAccounts: [{ email: EMAIL, publicKeys: { key: publicKey }, delegates: ids }],
      calendars: ids.map((id) => ({ id, sharedWith: { [EMAIL]: 'writer' as const } })),
      port: args.port,
      switches: readSwitches(POSITIONS, args.set),
      rateLimits: !args.flag('no-rate-limits'),
      ...(args.seed !== undefined && { seed: args.seed }),
    });
    // the key contains its address, as in Google's own
    if (file !== undefined) writeFileSync(file, keyFile(privateKey, emulator.tokenUrl), { mode: 0o600 });
    const events = `${emulator.origin}/_control/calendars/${ids[0]}/events`;
    const story = `Google Calendar emulator: events in memory, gone when it stops

  base URL      ${emulator.url}
  tokens        ${emulator.tokenUrl}
  calendars     ${ids.join(', ')}
  key           ${file ?? 'nowhere: --key FILE writes it, for a client'}

A first event
  curl -s ${events} -d '{"summary":"Planning #room","start":{"dateTime":"2027-03-01T09:00:00Z"},"end":{"dateTime":"2027-03-01T10:00:00Z"}}'

Play with it (docs/emulators.md has the rest)
${playground(emulator.origin)}

Ctrl-C stops it`;
    return { emulator, story };
  },
};

function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** @throws Error if the file is not a JSON key */
function privateKeyIn(file: string): string {
  const { private_key: pem } = JSON.parse(readFileSync(file, 'utf8')) as { private_key?: string };
  createPrivateKey(pem ?? '');
  return pem ?? '';
}

function keyFile(privateKey: string, tokenUrl: string): string {
  const key = { type: 'service_account', private_key_id: 'key', private_key: privateKey };
  return `${JSON.stringify({ ...key, client_email: EMAIL, token_uri: tokenUrl }, undefined, 2)}\n`;
}
