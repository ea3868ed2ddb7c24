import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { COMMON_USAGE, type EmulatorCommand, playground, runEmulator } from '../command.ts';
import { readSwitches } from '../http/switches.ts';
import type { ApplicationOptions } from './applications.ts';
import { POSITIONS } from './choices.ts';
import { type MeetingsApi, startMeetingsApi } from './meetings-api.ts';

const USAGE = `npm run meetings-api -- [options]

The Meetings API on this machine, held to its contract. Without a key it makes a pair for this run.

  --application ID  the application's id; made up where it is not given
  --public-key F    a PEM file to verify tokens with; may be repeated while a key rotates
  --private-key F   a PEM file whose public half verifies tokens; written where it does not exist
  --room-limit N    rooms an application may have; default 1000
  --callbacks-anywhere  call callback URLs that are not on this machine too
${COMMON_USAGE}`;

const DAY = 24 * 3_600_000;

interface Keys extends Pick<ApplicationOptions, 'publicKey' | 'privateKey'> {
  /** The origin of the key, for the text at the start. */
  readonly told: string;
}

function readKeys(publicFiles: readonly string[], privateFile: string | undefined): Keys {
  if (publicFiles.length > 0 && privateFile) {
    throw new Error(
      'give --public-key or --private-key, not both: the private key has its public half in it',
    );
  }
  if (publicFiles.length > 0) {
    return { publicKey: publicFiles.map(readPem), told: `verified with ${publicFiles.join(' and ')}` };
  }
  if (privateFile && existsSync(privateFile)) {
    return { privateKey: createPrivateKey(readPem(privateFile)), told: `read from ${privateFile}` };
  }
  const privateKey = makeKey();
  if (!privateFile) return { privateKey, told: 'made for this run, kept in memory only' };
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(privateFile, pem, { mode: 0o600, flag: 'wx' });
  return { privateKey, told: `made now and written to ${privateFile}` };
}

const makeKey = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

function readPem(file: string): string {
  const pem = readFileSync(file, 'utf8');
  if (!pem.includes('-----BEGIN '))
    throw new Error(`${file} is not a PEM file: it has no "-----BEGIN ..." line`);
  return pem;
}

function firstCalls({ origin, url, clock }: MeetingsApi, hasPrivateKey: boolean): string {
  const expiry = new Date(clock.now() + 30 * DAY).toISOString();
  const token = hasPrivateKey
    ? `  TOKEN=$(curl -s -X POST ${origin}/_control/token)`
    : '  TOKEN=...     a JWT that your private key signed: RS256 with application_id, iat and jti';
  return `${token}
  curl -s ${url}/rooms -H "Authorization: Bearer $TOKEN"
  curl -s ${url}/rooms -H "Authorization: Bearer $TOKEN" \\
    -d '{"display_name":"New Meeting Room","type":"long_term","expires_at":"${expiry}"}'`;
}

const command: EmulatorCommand = {
  usage: USAGE,
  defaultPort: 4010,
  options: {
    application: { type: 'string' },
    'public-key': { type: 'string', multiple: true },
    'private-key': { type: 'string' },
    'room-limit': { type: 'string' },
    'callbacks-anywhere': { type: 'boolean' },
  },
  async start(args) {
    const applicationId = args.text('application') ?? randomUUID();
    const { told, ...keys } = readKeys(args.texts('public-key'), args.text('private-key'));
    const roomLimit = args.count('room-limit') ?? 1000;
    const emulator = await startMeetingsApi({
      applications: [{ applicationId, ...keys }],
      port: args.port,
      roomLimit,
      switches: readSwitches(POSITIONS, args.set),
      callbacksAnywhere: args.flag('callbacks-anywhere'),
      ...(args.seed !== undefined && { seed: args.seed }),
    });
    const { origin, url } = emulator;
    const story = `Meetings API emulator: rooms in memory, gone when it stops

  base URL      ${url}   (also ${origin}/meetings and /beta/meetings)
  application   ${applicationId}, ${roomLimit} rooms at most
  its key       ${told}

A first call
${firstCalls(emulator, keys.privateKey !== undefined)}

Play with it (docs/emulators.md has the rest)
${playground(origin)}
  end a room                          curl -s -X POST ${origin}/_control/rooms/ID/expire

Ctrl-C stops it`;
    return { emulator, story };
  },
};

await runEmulator(command, process.argv.slice(2));
