import { generateKeyPair, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { type MeetingsApi, startMeetingsApi } from '../emulators/meetings-api/meetings-api.ts';

/** A provider of rooms on this machine, and what the stack has to be told to use it. */
export interface LocalProvider {
  readonly title: string;
  readonly url: string;
  /** An entry of the stack's setting `applications`. */
  readonly application: Readonly<Record<string, string>>;
  /** What belongs into the application's secret. Never printed. */
  readonly credential: string;
  /** Lets it do what has become due by the clock, such as telling of rooms that have expired. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** What makes a provider the same from run to run. */
export interface ProviderIdentity {
  readonly applicationId: string;
  readonly privateKey: string;
}

export async function newIdentity(): Promise<ProviderIdentity> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { applicationId: randomUUID(), privateKey };
}

/** The Meetings API's emulator. It follows this process's date, so the stack's clock turns it as well. */
export async function startMeetingsApiProvider(
  identity: ProviderIdentity,
): Promise<LocalProvider & { readonly emulator: MeetingsApi }> {
  const { applicationId, privateKey } = identity;
  const emulator = await startMeetingsApi({ applications: [{ applicationId, privateKey }] });
  return {
    emulator,
    title: 'Meetings API (emulator)',
    url: emulator.url,
    application: { applicationId, name: 'emulator', baseUrl: emulator.url },
    credential: privateKey,
    settle: () => emulator.settle(),
    close: () => emulator.close(),
  };
}
