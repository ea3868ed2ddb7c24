import { randomBytes } from 'node:crypto';
import { startDaily } from '../../emulators/daily/daily.ts';
import type { RoomRecord } from '../../emulators/daily/rooms.ts';
import type { RoomEmulator } from '../../emulators/room-emulator.ts';
import type { MeetingRecord } from '../../emulators/whereby/meetings.ts';
import { startWhereby } from '../../emulators/whereby/whereby.ts';
import type { KeptMeeting } from '../../emulators/zoom/meetings.ts';
import { startZoom } from '../../emulators/zoom/zoom.ts';
import type { ProviderEntry } from '../../functions/adapters/providers.ts';
import { type LocalProvider, type StartProvider, startMeetingsApiProvider } from './provider.ts';

/** The providers that can run on this machine, by their names in an entry of the pool. */
export const LOCAL_PROVIDERS: Readonly<Record<ProviderEntry['provider'], StartProvider>> = {
  'meetings-api': startMeetingsApiProvider,
  daily: startDailyProvider,
  whereby: startWherebyProvider,
  zoom: startZoomProvider,
};

async function startDailyProvider(kept?: unknown): Promise<LocalProvider> {
  const { apiKey, rooms } = stateOf<RoomRecord>(kept);
  const emulator = await startDaily({ domains: [{ domainName: 'evergreen', apiKeys: [apiKey] }], rooms });
  return provided({ name: 'daily', title: 'Daily (emulator)', movesExpiry: true }, emulator, apiKey);
}

async function startWherebyProvider(kept?: unknown): Promise<LocalProvider> {
  const { apiKey, rooms } = stateOf<MeetingRecord>(kept);
  const organizations = [{ subdomain: 'evergreen', apiKeys: [apiKey] }];
  const emulator = await startWhereby({ organizations, rooms });
  return provided({ name: 'whereby', title: 'Whereby (emulator)', movesExpiry: false }, emulator, apiKey);
}

/** Three hosts, so that a room that one of them cannot create goes to another. */
const ZOOM_HOSTS = ['ann@example.org', 'bob@example.org', 'cleo@example.org'];

async function startZoomProvider(kept?: unknown): Promise<LocalProvider> {
  const { apiKey: clientSecret, rooms } = stateOf<KeptMeeting>(kept);
  const client = { accountId: 'evergreen', clientId: 'evergreen-app' };
  const hosts = ZOOM_HOSTS.map((email) => ({ email }));
  const emulator = await startZoom({
    accounts: [{ ...client, clientSecrets: [clientSecret], hosts }],
    rooms,
  });
  const local = provided(
    { name: 'zoom', title: 'Zoom (emulator)', movesExpiry: true },
    emulator,
    clientSecret,
  );
  return { ...local, application: { ...local.application, ...client, hosts: ZOOM_HOSTS } };
}

/** The state with which an emulator with an API key is the same in every run. */
interface ApiKeyState<Room> {
  readonly apiKey: string;
  readonly rooms: readonly Room[];
}

/** @param kept the state of an earlier run, which is without rooms if version 0.1.0 wrote it */
function stateOf<Room>(kept: unknown): ApiKeyState<Room> {
  const { apiKey = randomBytes(32).toString('hex'), rooms = [] } = (kept ?? {}) as Partial<ApiKeyState<Room>>;
  return { apiKey, rooms };
}

function provided(
  { name, title, movesExpiry }: { name: string; title: string; movesExpiry: boolean },
  emulator: RoomEmulator,
  apiKey: string,
): LocalProvider {
  return {
    title,
    emulator,
    url: emulator.url,
    application: { provider: name, name: 'emulator', baseUrl: emulator.url },
    credential: apiKey,
    movesExpiry,
    settle: () => emulator.settle(),
    state: (): ApiKeyState<object> => ({ apiKey, rooms: emulator.kept() }),
    close: () => emulator.close(),
  };
}
