import { afterEach, expect, test } from 'vitest';
import { importRooms } from '../../cli/commands/import.ts';
import type { Deployment } from '../../cli/deployment/deployment.ts';
import { parse } from '../../cli/frame/parse.ts';
import type { Terminal } from '../../cli/frame/terminal.ts';
import { roomRequest } from '../../functions/requests/room-request/room-request.ts';
import { requestSequence } from '../../functions/requests/room-request/sequence.ts';
import { serveRequest } from '../../functions/rooms/actions/serve.ts';
import { reconcileRooms } from '../../functions/rooms/fleet/reconcile.ts';
import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import type { Pool } from '../../functions/rooms/model/ports.ts';
import { HOUR } from '../../functions/rooms/model/time.ts';
import { startDailyBench } from '../adapters/daily/bench.ts';
import type { ProviderBench } from '../adapters/provider-contract.ts';
import { startWherebyBench } from '../adapters/whereby/bench.ts';
import { startZoomBench } from '../adapters/zoom/bench.ts';
import { makeWorld } from '../support/world.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** How many messages the workers have at once. */
const AT_ONCE = 20;

/** The command and the workers, with a queue between them that delivers some messages twice and in no order. */
function between(bench: ProviderBench) {
  const world = makeWorld();
  const now = () => {
    world.clock.now = bench.now();
    return bench.now();
  };
  const pool: Pool = { names: ['main'], siblings: () => ['main'], provider: () => bench.provider };
  const context: RoomContext = { ...world.context, pool, now };
  let queue: { readonly body: string; readonly sentAt: number }[] = [];
  let sent = 0;
  const deployment = {
    applications: [{ name: 'main' }],
    pool,
    mark: context.deployment,
    rooms: world.rooms,
    now,
    async request(body: string) {
      sent += 1;
      queue.push({ body, sentAt: now() + sent });
      return `message-${sent}`;
    },
  } as unknown as Deployment;

  /** Every fifth message breaks off after its first write, and comes again. */
  async function serve({ body, sentAt }: (typeof queue)[number], breaks: boolean): Promise<void> {
    let writes = 0;
    const rooms = {
      ...context.rooms,
      async write(room: Parameters<typeof context.rooms.write>[0]) {
        const written = await context.rooms.write(room);
        writes += 1;
        if (breaks && writes === 1) throw new Error('crash');
        return written;
      },
    };
    const sequence = requestSequence(sentAt, sentAt);
    const request = roomRequest(JSON.parse(body), { at: '', derivedKey: '', sentAt, sequence });
    await serveRequest(request, { ...context, rooms }).catch(() => queue.push({ body, sentAt }));
  }

  return {
    world,
    context,
    sent: () => sent,
    async drain() {
      for (let round = 0; queue.length > 0; round += 1) {
        const messages = [...queue, ...queue.filter((_, nth) => nth % 10 === 3)].reverse();
        queue = [];
        for (let start = 0; start < messages.length; start += AT_ONCE) {
          const part = messages.slice(start, start + AT_ONCE);
          await Promise.all(part.map((each, nth) => serve(each, round === 0 && nth % 5 === 0)));
        }
        bench.turn(2 * context.lease);
      }
    },
    /** @param stopAt Ctrl-C at this line of progress */
    async run(stopAt?: string, ...argv: string[]) {
      const { args, flags } = parse(importRooms, ['--all', '--as', 'room/', '--yes', '--json', ...argv]);
      let out = '';
      const terminal = {
        async say(line = '') {
          out += line;
        },
        note() {},
        progress(line?: string) {
          if (stopAt !== undefined && line === stopAt) throw new Error('stopped');
        },
        width: Number.POSITIVE_INFINITY,
      } as unknown as Terminal;
      await importRooms.run({ args, flags, terminal, deployment: async () => deployment });
      const planned: { outcome: string }[] = JSON.parse(out);
      return Object.groupBy(planned, ({ outcome }) => outcome);
    },
  };
}

test.each<[string, () => Promise<ProviderBench>, number]>([
  ['Daily', startDailyBench, 800],
  ['Whereby', startWherebyBench, 60],
  ['Zoom', startZoomBench, 60],
])(
  'the rooms of a team at %s are imported once, stopped in the middle and repeated',
  async (_, start, count) => {
    const bench = await start();
    closing.push(bench.close);
    await bench.addStrangers(count);
    const { world, context, run, drain, sent } = between(bench);
    const before = bench.emulator.inventory().map(({ id }) => id);
    const half = count / 2;

    await expect(run(`${half} of ${count} sent`)).rejects.toThrow('stopped');
    expect(sent()).toBe(half);
    await drain();
    expect(world.rooms.rows.size).toBe(half);

    // what was imported is left out, and what was sent since and not worked on is sent once more
    const { sent: rest = [], unchanged = [] } = await run();
    expect([rest.length, unchanged.length]).toEqual([half, half]);
    expect((await run()).sent).toHaveLength(half);
    await drain();

    const rows = [...world.rooms.rows.values()];
    expect(rows).toHaveLength(count);
    expect(new Set(rows.map(({ current }) => current?.id)).size).toBe(count);
    expect(
      rows.every(({ state, generation, claim }) => state === 'active' && generation === 1 && !claim),
    ).toBe(true);
    expect(bench.emulator.inventory().map(({ id }) => id)).toEqual(before);
    expect(new Set(world.announced.map(({ key }) => key)).size).toBe(count);
    const asked = sent();
    expect((await run()).unchanged).toHaveLength(count);
    expect(sent()).toBe(asked);

    bench.turn(2 * HOUR);
    const rotations = { send: async () => {} };
    const { applications } = await reconcileRooms(
      { applications: ['main'] },
      { ...context, rotations, mode: 'report', timeLeft: () => HOUR },
    );
    expect(applications.main).toMatchObject({ rooms: count, strangers: 0, orphans: 0, lost: 0, drifted: 0 });
  },
);
