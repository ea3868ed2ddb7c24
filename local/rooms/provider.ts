import { generateKeyPair, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { type MeetingsApi, startMeetingsApi } from '../../emulators/meetings-api/meetings-api.ts';
import type { RoomRecord } from '../../emulators/meetings-api/room.ts';
import type { RoomEmulator } from '../../emulators/room-emulator.ts';

/** A provider of rooms on this machine, and the settings of the stack for it. */
export interface LocalProvider {
  readonly title: string;
  readonly url: string;
  readonly emulator: RoomEmulator;
  /** An entry of the stack's setting `applications`. */
  readonly application: Readonly<Record<string, string | readonly string[]>> & {
    readonly name: string;
    readonly applicationId?: string;
  };
  /** The value of the application's secret. Never printed. */
  readonly credential: string;
  /** Whether a room's expiry can be moved while its link stays. */
  readonly movesExpiry: boolean;
  /** Applies all that is due by the clock, such as reporting rooms that have expired. */
  settle(): Promise<void>;
  /** The state from which it can be started again unchanged, as JSON. Contains the credential. */
  state(): unknown;
  close(): Promise<void>;
}

/** @param kept the state of an earlier run */
export type StartProvider = (kept?: unknown) => Promise<LocalProvider>;

/** The state with which the Meetings API's emulator is the same in every run. */
export interface MeetingsApiState {
  readonly applicationId: string;
  /** PEM. */
  readonly privateKey: string;
  readonly rooms: readonly RoomRecord[];
}

export interface MeetingsApiProvider extends LocalProvider {
  readonly emulator: MeetingsApi;
}

/** Starts the Meetings API's emulator. It uses this process's date, so the stack's clock turns it as well. */
export async function startMeetingsApiProvider(kept?: unknown): Promise<MeetingsApiProvider> {
  const { applicationId, privateKey, rooms } = (kept as MeetingsApiState | undefined) ?? (await newState());
  const emulator = await startMeetingsApi({ applications: [{ applicationId, privateKey }], rooms });
  return {
    emulator,
    title: 'Meetings API (emulator)',
    url: emulator.url,
    application: { applicationId, name: 'emulator', baseUrl: emulator.url },
    credential: privateKey,
    movesExpiry: true,
    settle: () => emulator.settle(),
    state: (): MeetingsApiState => ({ applicationId, privateKey, rooms: emulator.rooms() }),
    close: () => emulator.close(),
  };
}

async function newState(): Promise<MeetingsApiState> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { applicationId: randomUUID(), privateKey, rooms: [] };
}
