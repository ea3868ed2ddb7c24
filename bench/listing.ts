import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { roomProvider } from '../functions/adapters/providers.ts';
import { type ReconciliationTask, reconcileRooms } from '../functions/rooms/fleet/reconcile.ts';
import { DAY, MINUTE, SECOND } from '../functions/rooms/model/time.ts';

const USAGE = `node bench/listing.ts whereby|daily [ROOMS] [--milliseconds N]

Reads a list of so many rooms (3,000 or 1,000,000) by as many runs of reconciliation as it takes, from a server on this
machine, on a clock that the waits and the provider's answers turn. The table is empty: its scan is not counted.

  --milliseconds  how long an answer takes, default 200`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { milliseconds: { type: 'string', default: '200' }, help: { type: 'boolean' } },
});
const [provider, count] = positionals;
if (values.help || (provider !== 'whereby' && provider !== 'daily')) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 1);
}
const rooms = Number(count ?? (provider === 'whereby' ? 3000 : 1_000_000));
const began = Date.UTC(2030, 0, 1);
let now = began;
let calls = 0;
let refused = 0;
const points: { readonly at: number; readonly cost: number }[] = [];
let most = 0;

/** The newest first, as in Daily's list. */
const madeAt = (index: number) => began - DAY - index * SECOND;

const PAGES = {
  daily(query: URLSearchParams) {
    const after = query.get('starting_after');
    const start = after === null ? 0 : Number(after.slice(2)) + 1;
    const data = indices(start).map((index) => ({
      id: `r-${index}`,
      name: `room-${index}`,
      url: `https://team.daily.co/room-${index}`,
      privacy: 'public',
      created_at: new Date(madeAt(index)).toISOString(),
      config: { exp: (began + 30 * DAY) / SECOND },
    }));
    return { total_count: rooms, data };
  },
  whereby(query: URLSearchParams) {
    const start = Number(query.get('cursor') ?? 0);
    const results = indices(start).map((index) => ({
      meetingId: String(index),
      startDate: new Date(madeAt(index)).toISOString(),
      endDate: new Date(began + 30 * DAY).toISOString(),
      roomName: `/room-${index}`,
      roomUrl: `https://team.whereby.com/room-${index}`,
    }));
    return { results, cursor: start + 100 < rooms ? String(start + 100) : null };
  },
};

function indices(start: number): readonly number[] {
  return Array.from({ length: Math.max(0, Math.min(100, rooms - start)) }, (_, index) => start + index);
}

const server = createServer((request, response) => {
  calls += 1;
  now += Number(values.milliseconds);
  const cost = provider === 'whereby' ? 3 : 1;
  const window = provider === 'whereby' ? MINUTE : 5 * SECOND;
  const spent =
    points.filter(({ at }) => at > now - window).reduce((sum, point) => sum + point.cost, 0) + cost;
  while (points[0] && points[0].at <= now - window) points.shift();
  most = Math.max(most, spent);
  const fits = spent <= 100;
  if (fits) points.push({ at: now, cost });
  else refused += 1;
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  response.writeHead(fits ? 200 : 429, { 'content-type': 'application/json', 'retry-after': '60' });
  response.end(JSON.stringify(fits ? PAGES[provider](searchParams) : { error: 'rate' }));
});
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const adapter = roomProvider(
  { provider, name: 'main', secret: 'main', baseUrl },
  {
    now: () => now,
    secrets: { read: async () => 'd'.repeat(40) },
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
  'most of 100 in a window': most,
  'memory, MB': Math.round(process.memoryUsage().rss / 2 ** 20),
});
