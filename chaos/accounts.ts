import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { startDaily } from '../emulators/daily/daily.ts';
import { startMeetingsApi } from '../emulators/meetings-api/meetings-api.ts';
import type { InventoryEntry, RoomEmulator } from '../emulators/room-emulator.ts';
import { startWhereby } from '../emulators/whereby/whereby.ts';
import { CHOICES } from '../emulators/zoom/choices.ts';
import { startZoom } from '../emulators/zoom/zoom.ts';
import { PROVIDERS, type ProviderEntry } from '../functions/adapters/providers.ts';
import type { Instant } from '../functions/rooms/model/time.ts';
import type { LocalProvider } from '../local/rooms/provider.ts';

/** One account at a provider's emulator. */
export interface Account {
  readonly emulator: RoomEmulator;
  readonly entry: ProviderEntry;
  /** The value of the secret that the entry names. */
  readonly credential: string;
  /** The id that the provider's adapter uses for the room. */
  idOf(room: InventoryEntry): string;
  /** Removes a room in a way that no provider should. */
  lose(id: string): void;
  /** Credentials of its rooms that no log, no event and no row may contain. Absent: the provider has none. */
  readonly secrets?: () => readonly string[];
  readonly calls: {
    readonly create: string;
    /** Absent: no room can be changed. */
    readonly change?: string;
    readonly list: string;
  };
  /** A page of the list of an account without rooms. */
  readonly emptyPage: object;
  /** The body of a refusal, in the provider's own form. */
  refusal(reason: string): object;
}

export interface AccountOptions {
  /** The entry's name, and its secret's. */
  readonly name: string;
  readonly now: () => Instant;
  /** The seed of random faults. */
  readonly seed: number;
  /** Creations and changes of a Zoom host per UTC day. @default that of Zoom */
  readonly changesPerDay?: number;
}

export type ProviderName = ProviderEntry['provider'];

/**
 * Starts an emulator of a provider with one account, without limits per second or minute: they would only make
 * the simulated time longer. A Zoom host's limit per day is kept, because requests have to wait for the next day.
 */
export const ACCOUNTS: Readonly<Record<ProviderName, (options: AccountOptions) => Promise<Account>>> = {
  'meetings-api': openMeetingsApi,
  daily: openDaily,
  whereby: openWhereby,
  zoom: openZoom,
};

/** Returns the account as the provider of a stack on this machine. */
export function localProvider({ emulator, entry, credential }: Account): LocalProvider {
  const { secret: _secret, ...application } = entry;
  return {
    title: entry.provider,
    emulator,
    url: emulator.url,
    // the stack's entry of the pool, which the template has
    application: application as unknown as LocalProvider['application'],
    credential,
    movesExpiry: PROVIDERS[entry.provider].capabilities.movableExpiry,
    settle: () => emulator.settle(),
    state: () => ({}),
    close: () => emulator.close(),
  };
}

// one key pair for all: a campaign creates many accounts, and a key takes longer than a hundred rooms
let privateKey: string | undefined;

function ownKey(): string {
  privateKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  return privateKey;
}

async function openMeetingsApi({ name, now, seed }: AccountOptions): Promise<Account> {
  const applicationId = randomUUID();
  const credential = ownKey();
  const emulator = await startMeetingsApi({
    applications: [{ applicationId, privateKey: credential, roomLimit: Number.POSITIVE_INFINITY }],
    now,
    seed,
  });
  const entry = {
    provider: 'meetings-api',
    name,
    applicationId,
    secret: name,
    baseUrl: emulator.url,
  } as const;
  return {
    emulator,
    entry,
    credential,
    idOf: ({ id }) => id,
    lose: emulator.removeRoom,
    calls: { create: 'POST /rooms', change: 'PATCH /rooms/:id', list: 'GET /rooms' },
    emptyPage: { page_size: 100, _embedded: { rooms: [] }, _links: {}, total_items: 0 },
    refusal: (detail) => ({ title: 'Forbidden', detail }),
  };
}

async function openDaily({ name, now, seed }: AccountOptions): Promise<Account> {
  const credential = randomUUID();
  const domains = [{ domainName: name, apiKeys: [credential] }];
  const emulator = await startDaily({ domains, now, seed, rateLimits: false });
  const entry = { provider: 'daily', name, secret: name, baseUrl: emulator.url } as const;
  return {
    emulator,
    entry,
    credential,
    idOf: ({ label }) => label,
    lose: (id) => emulator.removeRoom(id),
    calls: { create: 'POST /rooms', change: 'POST /rooms/:name', list: 'GET /rooms' },
    emptyPage: { total_count: 0, data: [] },
    refusal: (info) => ({ error: 'forbidden-error', info }),
  };
}

async function openWhereby({ name, now, seed }: AccountOptions): Promise<Account> {
  const credential = randomUUID();
  const organizations = [{ subdomain: name, apiKeys: [credential] }];
  const emulator = await startWhereby({ organizations, now, seed, rateLimits: false });
  const entry = { provider: 'whereby', name, secret: name, baseUrl: emulator.url } as const;
  return {
    emulator,
    entry,
    credential,
    idOf: ({ id }) => id,
    lose: (id) => emulator.removeMeeting(id),
    calls: { create: 'POST /meetings', list: 'GET /meetings' },
    emptyPage: { results: [], cursor: null },
    refusal: (error) => ({ error }),
  };
}

async function openZoom({
  name,
  now,
  seed,
  changesPerDay = CHOICES.changesPerDay,
}: AccountOptions): Promise<Account> {
  const credential = randomUUID();
  const client = { accountId: name, clientId: `${name}-app` };
  const hosts = ['one', 'two', 'three'].map((host) => `${host}@${name}.example`);
  const emulator = await startZoom({
    accounts: [{ ...client, clientSecrets: [credential], hosts: hosts.map((email) => ({ email })) }],
    now,
    seed,
    rateLimits: false,
    changesPerDay,
  });
  const entry = { provider: 'zoom', name, ...client, hosts, secret: name, baseUrl: emulator.url } as const;
  return {
    emulator,
    entry,
    credential,
    idOf: ({ id }) => id,
    lose: (id) => emulator.removeMeeting(id),
    // a guest link has the passcode in another form, so that no one has to type it
    secrets: () => emulator.meetings().map(({ password }) => password),
    calls: {
      create: 'POST /users/:id/meetings',
      change: 'PATCH /meetings/:id',
      list: 'GET /users/:id/meetings',
    },
    emptyPage: { page_size: 300, next_page_token: '', meetings: [] },
    refusal: (message) => ({ code: 300, message }),
  };
}
