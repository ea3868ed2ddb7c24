import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { type ProviderEntry, roomProvider } from '../functions/adapters/providers.ts';
import { type ReconciliationTask, reconcileRooms } from '../functions/rooms/fleet/reconcile.ts';
import { DAY, MINUTE, SECOND } from '../functions/rooms/model/time.ts';

const USAGE = `node bench/listing.ts PROVIDER [ROOMS] [--milliseconds N] [--hosts N]

Reads a list of so many rooms by as many runs of reconciliation as it takes, from a server on this machine, on a clock that the
waits and the provider's answers turn. The table is empty: its scan is not counted.

  PROVIDER        meetings-api (1,000 rooms), daily (1,000,000), whereby (3,000) or zoom (3,000)
  --milliseconds  how long an answer takes, default 200
  --hosts         of a Zoom account, default 30`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    milliseconds: { type: 'string', default: '200' },
    hosts: { type: 'string', default: '30' },
    help: { type: 'boolean' },
  },
});

interface Listing {
  readonly rooms: number;
  /** What calls of the list may cost in a window. Absent: no limit is known. */
  readonly limit?: { readonly cost: number; readonly most: number; readonly window: number };
  readonly entry: DistributiveOmit<ProviderEntry, 'name' | 'secret' | 'baseUrl'>;
  readonly credential: string;
  page(url: URL): object;
}

type DistributiveOmit<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never;

const began = Date.UTC(2030, 0, 1);
const end = new Date(began + 30 * DAY).toISOString();
const HOSTS = Array.from({ length: Number(values.hosts) }, (_, index) => `host-${index}@example.org`);

const LISTINGS: Readonly<Record<ProviderEntry['provider'], Listing>> = {
  'meetings-api': {
    rooms: 1000,
    entry: { provider: 'meetings-api', applicationId: '5b2b0d7e-1f7c-4d5e-9c3c-0a8e2f6f1a11' },
    get credential() {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    },
    page({ searchParams }) {
      const start = Number(searchParams.get('start_id') ?? 0);
      const found = indices(start, 100).map((index) => ({
        id: `room-${index}`,
        // the oldest first
        created_at: madeAt(rooms - index),
        expires_at: end,
        is_available: true,
        _links: { guest_url: { href: `https://meetings.example/${index}` } },
      }));
      const next = { href: `meetings.example/meetings?start_id=${start + found.length}` };
      return { page_size: '100', total_items: rooms, _embedded: found, _links: { next } };
    },
  },
  daily: {
    rooms: 1_000_000,
    limit: { cost: 1, most: 100, window: 5 * SECOND },
    entry: { provider: 'daily' },
    credential: 'd'.repeat(40),
    page({ searchParams }) {
      const after = searchParams.get('starting_after');
      const data = indices(after === null ? 0 : Number(after.slice(2)) + 1, 100).map((index) => ({
        id: `r-${index}`,
        name: `room-${index}`,
        url: `https://team.daily.co/room-${index}`,
        privacy: 'public',
        created_at: madeAt(index),
        config: { exp: Date.parse(end) / SECOND },
      }));
      return { total_count: rooms, data };
    },
  },
  whereby: {
    rooms: 3000,
    limit: { cost: 3, most: 100, window: MINUTE },
    entry: { provider: 'whereby' },
    credential: 'd'.repeat(40),
    page({ searchParams }) {
      const start = Number(searchParams.get('cursor') ?? 0);
      const results = indices(start, 100).map((index) => ({
        meetingId: String(index),
        startDate: madeAt(index),
        endDate: end,
        roomName: `/room-${index}`,
        roomUrl: `https://team.whereby.com/room-${index}`,
      }));
      return { results, cursor: start + 100 < rooms ? String(start + 100) : null };
    },
  },
  zoom: {
    rooms: 3000,
    limit: { cost: 1, most: 20, window: SECOND },
    entry: { provider: 'zoom', accountId: 'team', clientId: 'app', hosts: HOSTS },
    credential: 'd'.repeat(40),
    page({ pathname, searchParams }) {
      if (pathname.endsWith('/oauth/token')) {
        return { access_token: 'token', token_type: 'bearer', expires_in: 3600, scope: '' };
      }
      const host = HOSTS.indexOf(decodeURIComponent(pathname.split('/').at(-2) ?? ''));
      const start = Number(searchParams.get('next_page_token') || 0);
      const mine = (index: number) => index * HOSTS.length + host;
      const isLive = searchParams.get('type') === 'live';
      const all = isLive ? 0 : Math.max(0, Math.ceil((rooms - host) / HOSTS.length));
      const meetings = Array.from({ length: Math.max(0, Math.min(300, all - start)) }, (_, nth) => ({
        id: 10_000_000_000 + mine(start + nth),
        type: 2,
        topic: 'Weekly',
        created_at: madeAt(mine(start + nth)),
        start_time: end,
        join_url: `https://us02web.zoom.us/j/${10_000_000_000 + mine(start + nth)}`,
      }));
      return { next_page_token: start + 300 < all ? String(start + 300) : '', meetings };
    },
  },
};

const [provider = '', count] = positionals;
if (values.help || !Object.hasOwn(LISTINGS, provider)) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 1);
}
// the record has a key for each provider
const { limit, entry, credential, page, ...usual } = LISTINGS[provider as ProviderEntry['provider']];
const rooms = Number(count ?? usual.rooms);
let now = began;
let calls = 0;
let refused = 0;
const points: { readonly at: number; readonly cost: number }[] = [];
let most = 0;

/** The newest first. */
function madeAt(index: number): string {
  return new Date(began - DAY - index * SECOND).toISOString();
}

function indices(start: number, size: number): readonly number[] {
  return Array.from({ length: Math.max(0, Math.min(size, rooms - start)) }, (_, index) => start + index);
}

/** Counts a call. @returns whether the provider takes it */
function isTaken(): boolean {
  if (!limit) return true;
  while (points[0] && points[0].at <= now - limit.window) points.shift();
  const spent = points.reduce((sum, point) => sum + point.cost, 0) + limit.cost;
  most = Math.max(most, spent);
  if (spent > limit.most) return false;
  points.push({ at: now, cost: limit.cost });
  return true;
}

const server = createServer((request, response) => {
  calls += 1;
  now += Number(values.milliseconds);
  const isServed = isTaken();
  if (!isServed) refused += 1;
  response.writeHead(isServed ? 200 : 429, { 'content-type': 'application/json', 'retry-after': '60' });
  response.end(
    JSON.stringify(isServed ? page(new URL(request.url ?? '/', 'http://localhost')) : { error: 'rate' }),
  );
});
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const secret = credential;
const adapter = roomProvider(
  { ...entry, name: 'main', secret: 'main', baseUrl },
  {
    now: () => now,
    secrets: { read: async () => secret },
    wait: async (duration) => {
      now += duration;
    },
  },
);

const tasks: ReconciliationTask[] = [{ applications: ['main'] }];
const runs: number[] = [];
let total = 0;
for (let task = tasks.shift(); task; task = tasks.shift()) {
  const start = now;
  const { rest, totals } = await reconcileRooms(task, {
    pool: { names: ['main'], siblings: () => ['main'], provider: () => adapter },
    deployment: 'abcde',
    now: () => now,
    rooms: { scan: async () => ({ items: [] }), noteListEnd: async () => {} },
    rotations: { send: async () => {} },
    events: { report: async () => {} },
    mode: 'repair',
    timeLeft: () => start + 15 * MINUTE - now,
  });
  runs.push((now - start) / MINUTE);
  tasks.push(...rest);
  total = totals.main?.rooms ?? 0;
}
server.close();
console.log({
  provider,
  rooms: total,
  runs: runs.length,
  'longest run, minutes': Math.max(...runs).toFixed(1),
  'all, minutes': ((now - began) / MINUTE).toFixed(1),
  calls,
  refused,
  ...(limit && { [`most of ${limit.most} in a window`]: most }),
  'memory, MB': Math.round(process.memoryUsage().rss / 2 ** 20),
});
