import { afterEach, expect, test } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { rotateNow, rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import type { RoomContext } from '../../../functions/rooms/lifecycle/context.ts';
import { toError } from '../../../functions/rooms/model/errors.ts';
import { pageOf } from '../../../functions/rooms/model/link.ts';
import { placementOrder } from '../../../functions/rooms/model/placement.ts';
import type { Pool, RoomProvider } from '../../../functions/rooms/model/ports.ts';
import { DAY, SECOND } from '../../../functions/rooms/model/time.ts';
import { aSpec } from '../../support/rooms.ts';
import { aRequest, makeWorld } from '../../support/world.ts';
import { startDailyBench } from '../daily/bench.ts';
import { startWherebyBench } from '../whereby/bench.ts';
import { HOSTS, startZoomBench, type ZoomBench } from './bench.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** The domain in front of real adapters and emulators. */
function contextOf(
  world: ReturnType<typeof makeWorld>,
  providers: Readonly<Record<string, RoomProvider>>,
): RoomContext {
  const pool: Pool = {
    names: Object.keys(providers),
    siblings: (name) => [name],
    provider(name) {
      const provider = providers[name];
      if (!provider) throw new Error(`there is no application ${name}`);
      return provider;
    },
  };
  return { ...world.context, pool };
}

test('250 rooms at once over three hosts are all there after midnight UTC, each once and no host over its day', async () => {
  const bench = await startZoomBench();
  closing.push(bench.close);
  const world = makeWorld();
  const containers = [1, 2, 3].map(() => contextOf(world, { zoom: bench.another() }));
  const keys = Array.from({ length: 250 }, (_, nth) => `room-${nth}`);
  const turn = (by: number) => {
    bench.turn(by);
    world.clock.now = bench.now();
  };
  turn(0);

  /** @returns how long each that has no room has to wait */
  const ask = async (wanted: readonly string[]) => {
    const waits = new Map<string, number>();
    for (const [nth, key] of wanted.entries()) {
      turn(SECOND);
      const context = containers[nth % containers.length] as RoomContext;
      await ensureRoom(aRequest({ key, spec: aSpec({ expiresAt: bench.now() + 30 * DAY }) }), context).catch(
        (thrown) => {
          const error = toError(thrown) as Error & { code?: string; retryAfter?: number };
          expect(error).toMatchObject({ code: 'pool_full', retryAfter: DAY - (bench.now() % DAY) });
          waits.set(key, error.retryAfter ?? 0);
        },
      );
    }
    return waits;
  };

  const waiting = await ask(keys);
  const spent = HOSTS.map((host) => bench.emulator.changesToday(host));
  expect(waiting.size).toBe(250 - spent.reduce((sum, changes) => sum + changes));
  expect(waiting.size).toBeGreaterThan(0);
  for (const changes of spent) {
    expect(changes).toBeGreaterThanOrEqual(80);
    // containers that do not see each other's last rooms use some of what is kept for repairs
    expect(changes).toBeLessThanOrEqual(85);
  }
  turn(Math.max(...waiting.values()));
  expect((await ask([...waiting.keys()])).size).toBe(0);
  const rooms = keys.map((key) => world.row(key).current?.id);
  expect(new Set(rooms).size).toBe(250);
  const usable = bench.emulator.inventory().filter((meeting) => meeting.usable);
  expect(usable.map(({ id }) => id).sort()).toEqual([...rooms].sort());
  console.log(
    `250 rooms over three hosts: ${spent.join(' + ')} on the first day, ${waiting.size} after midnight UTC`,
  );
});

test('a request goes to another account where all hosts of its own are used up, and its key moves there by hand later', async () => {
  const benches: Readonly<Record<string, ZoomBench>> = {
    first: await startZoomBench(),
    second: await startZoomBench(),
  };
  closing.push(...Object.values(benches).map(({ close }) => close));
  const [home = '', other = ''] = placementOrder('weekly', Object.keys(benches));
  const world = makeWorld();
  world.clock.now = benches.first?.now() ?? 0;
  const context = contextOf(
    world,
    Object.fromEntries(Object.entries(benches).map(([name, { provider }]) => [name, provider])),
  );
  for (const host of HOSTS) benches[home]?.emulator.spend(host, 100);
  await ensureRoom(aRequest({ spec: aSpec() }), context);
  expect(world.row('weekly').current?.application).toBe(other);
  const { slug } = world.row('weekly');
  for (const { turn } of Object.values(benches)) turn(DAY);
  world.clock.now += DAY;
  await rotateNow(aRequest({ action: 'rotate', to: home }), context);
  const { current, slug: after } = world.row('weekly');
  expect([current?.application, after]).toEqual([home, slug]);
  expect(world.links.items.get(slug ?? '')?.url).toBe(current?.guestUrl);
  expect(benches[home]?.emulator.enter(current?.guestUrl ?? '').role).toBe('guest');
});

test('a room of Whereby moves to Zoom and on to Daily under one stable link', async () => {
  const benches = {
    whereby: await startWherebyBench(),
    zoom: await startZoomBench(),
    daily: await startDailyBench(),
  };
  closing.push(...Object.values(benches).map(({ close }) => close));
  const world = makeWorld();
  world.clock.now = benches.zoom.now();
  const providers = Object.fromEntries(
    Object.entries(benches).map(([name, { provider }]) => [name, provider]),
  );
  const context = contextOf(world, providers);
  const { whereby } = providers as Record<'whereby', RoomProvider>;
  await ensureRoom(aRequest({ spec: aSpec() }), contextOf(world, { whereby }));
  const slug = world.row('weekly').slug ?? '';
  const visit = () => pageOf(world.links.items.get(slug), world.clock.now);
  const homes = [world.row('weekly').current?.application];
  const links = [world.links.items.get(slug)?.url];
  for (const to of ['zoom', 'daily'] as const) {
    await rotateNow(aRequest({ action: 'rotate', to }), context);
    const { current, generation } = world.row('weekly');
    homes.push(current?.application);
    links.push(world.links.items.get(slug)?.url);
    expect(benches[to].emulator.enter(current?.guestUrl ?? '').role).toBe('guest');
    expect(visit()).toBe('live');
    // what was left to end ends
    await rotateRoom({ key: 'weekly', generation, cause: 'unfinished' }, context);
  }
  expect(homes).toEqual(['whereby', 'zoom', 'daily']);
  expect(new Set(links).size).toBe(3);
  expect(world.row('weekly').slug).toBe(slug);
});
