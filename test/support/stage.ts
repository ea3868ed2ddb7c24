import type { ProviderName } from '../../chaos/accounts.ts';
import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import type { Link } from '../../functions/rooms/model/link.ts';
import type { Capabilities, RotationOrder, RotationQueue } from '../../functions/rooms/model/ports.ts';
import type { Room } from '../../functions/rooms/model/room.ts';
import { type Instant, MINUTE } from '../../functions/rooms/model/time.ts';
import { deploy } from './deployment.ts';
import type { Engines } from './engines.ts';
import { START } from './rooms.ts';
import { type Announced, makeWorld, type WorldOptions } from './world.ts';

/**
 * The environment of an operation, in memory or on the engines, with a clock that only moves when it is
 * turned.
 */
export interface Stage {
  readonly context: RoomContext;
  readonly rotations: RotationQueue;
  readonly clock: { now: Instant };
  readonly capabilities: Capabilities;
  row(key: string): Promise<Room>;
  /** The living rooms of all applications that were not asked to end. */
  kept(): readonly string[];
  announced(): readonly Pick<Announced, 'key' | 'type' | 'generation' | 'roomId'>[];
  /** The links of the links table that lead to a key. */
  linksOf(key: string): Promise<readonly Link[]>;
  /** @returns a function that restores the tables to this moment */
  backUp(): Promise<() => Promise<void>>;
  /** Removes a room at the provider. */
  lose(id: string): void;
  /** People enter a room: only in memory. */
  enter?(id: string): void;
  /** Returns the oldest message of the rotations queue. Call it again once that is done. */
  nextOrder(): RotationOrder | undefined;
  doneWithOrder(): void;
  close(): Promise<void>;
}

export async function memoryStage(options: WorldOptions = {}): Promise<Stage> {
  const world = makeWorld(options);
  const { context, rotations, clock, providers } = world;
  const [name = ''] = Object.keys(providers);
  return {
    context,
    rotations,
    clock,
    capabilities: context.pool.provider(name).capabilities,
    row: async (key) => world.row(key),
    kept: world.kept,
    announced: () => world.announced,
    linksOf: async (key) => standing([...world.links.items.values()], key),
    backUp: async () => world.backUp(),
    lose: (id) => providers[name]?.lose(id),
    enter: (id) => providers[name]?.use(id, true),
    nextOrder: () => rotations.sent[0]?.order,
    doneWithOrder: () => void rotations.sent.shift(),
    close: async () => {},
  };
}

/** The same with the real adapters: a provider's emulator, an embedded table and queue, a fake bus. */
export async function realStage(engines: Engines, provider: ProviderName): Promise<Stage> {
  const clock = { now: START };
  const deployment = await deploy(engines, {
    provider,
    now: () => clock.now,
    wait: async (duration) => {
      clock.now += duration;
    },
  });
  const { context, rotations, account, inboxes, told } = deployment;
  const { queue } = inboxes.rotations;
  const [name = ''] = context.pool.names;
  const { capabilities } = context.pool.provider(name);
  let taken: { readonly order: RotationOrder; readonly handle: string } | undefined;
  return {
    context,
    rotations,
    clock,
    capabilities,
    async row(key) {
      const row = await context.rooms.read(key);
      if (!row) throw new Error(`there is no row of ${key}`);
      return row;
    },
    kept: () =>
      deployment
        .rooms()
        // a provider that cannot end a room immediately has moved its end to the earliest possible time; a
        // room past its end may be entered for a while
        .filter(
          ({ expiresAt = 0 }) =>
            expiresAt - capabilities.grace > clock.now + capabilities.shortestLife + MINUTE,
        )
        .map(account.idOf),
    announced: () =>
      told.map(({ 'detail-type': type, detail: { key, generation, room } }) => {
        return { type: type as Announced['type'], key, generation, roomId: room?.id };
      }),
    linksOf: async (key) => standing(await deployment.links(), key),
    backUp: deployment.backUp,
    lose: account.lose,
    nextOrder() {
      const [record] = taken ? [] : queue.receive(1);
      if (record) taken = { order: JSON.parse(record.body), handle: record.receiptHandle };
      return taken?.order;
    },
    doneWithOrder() {
      if (taken) queue.delete(taken.handle);
      taken = undefined;
    },
    close: deployment.close,
  };
}

function standing(links: readonly Link[], wanted: string): readonly Link[] {
  return links.filter(({ key, state }) => key === wanted && state !== 'withdrawn');
}
