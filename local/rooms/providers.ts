import { randomBytes } from 'node:crypto';
import { startDaily } from '../../emulators/daily/daily.ts';
import type { RoomEmulator } from '../../emulators/room-emulator.ts';
import { startWhereby } from '../../emulators/whereby/whereby.ts';
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
  const apiKey = apiKeyOf(kept);
  const emulator = await startDaily({ domains: [{ domainName: 'evergreen', apiKeys: [apiKey] }] });
  return provided({ name: 'daily', title: 'Daily (emulator)', movesExpiry: true }, emulator, apiKey);
}

async function startWherebyProvider(kept?: unknown): Promise<LocalProvider> {
  const apiKey = apiKeyOf(kept);
  const emulator = await startWhereby({ organizations: [{ subdomain: 'evergreen', apiKeys: [apiKey] }] });
  return provided({ name: 'whereby', title: 'Whereby (emulator)', movesExpiry: false }, emulator, apiKey);
}

/** Three hosts, so that a room that one of them cannot create goes to another. */
const ZOOM_HOSTS = ['ann@example.org', 'bob@example.org', 'cleo@example.org'];

async function startZoomProvider(kept?: unknown): Promise<LocalProvider> {
  const clientSecret = apiKeyOf(kept);
  const client = { accountId: 'evergreen', clientId: 'evergreen-app' };
  const hosts = ZOOM_HOSTS.map((email) => ({ email }));
  const emulator = await startZoom({ accounts: [{ ...client, clientSecrets: [clientSecret], hosts }] });
  const local = provided(
    { name: 'zoom', title: 'Zoom (emulator)', movesExpiry: true },
    emulator,
    clientSecret,
  );
  return { ...local, application: { ...local.application, ...client, hosts: ZOOM_HOSTS } };
}

/** The rooms of these three emulators end with them: only the API key is kept from an earlier run. */
function apiKeyOf(kept: unknown): string {
  return (kept as { apiKey?: string } | undefined)?.apiKey ?? randomBytes(32).toString('hex');
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
    state: () => ({ apiKey }),
    close: () => emulator.close(),
  };
}
