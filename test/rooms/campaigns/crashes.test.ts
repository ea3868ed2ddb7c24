import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROVIDERS } from '../../../functions/adapters/providers.ts';
import type { ReconciliationContext } from '../../../functions/rooms/fleet/reconcile.ts';
import type { RoomContext } from '../../../functions/rooms/lifecycle/context.ts';
import { ClaimHeldError } from '../../../functions/rooms/model/errors.ts';
import { linkOf } from '../../../functions/rooms/model/link.ts';
import type { Room } from '../../../functions/rooms/model/room.ts';
import { HOUR, SECOND } from '../../../functions/rooms/model/time.ts';
import { type Engines, startEngines } from '../../support/engines.ts';
import { Death, type Fate, type Mortal, mortal } from '../../support/mortal.ts';
import {
  CREATE_ELSEWHERE,
  OF_ROOMS_BY_USE,
  OPERATIONS,
  type Operation,
  reconcileAndKeep,
  type Work,
} from '../../support/operations.ts';
import { SITUATIONS } from '../../support/situations.ts';
import { memoryStage, realStage, type Stage } from '../../support/stage.ts';

type SetUp = (operation: Operation) => Promise<Stage>;

const inMemory: SetUp = ({ options }) => memoryStage(options);

/**
 * With each provider's emulator, one death of so many is played, and the first before and after each kind of step. In memory all
 * are, and by `npm run crashes`. It is odd, so that deaths before and after a step take turns.
 */
const ONE_OF = process.env.CRASHES === 'all' ? 1 : 15;

type Provider = keyof typeof PROVIDERS;

/** What a provider can do. */
const possible = (provider: Provider, operations: readonly Operation[]) =>
  operations.filter(({ needs }) => needs?.(PROVIDERS[provider].capabilities) ?? true);

describeCrashes(
  'in memory',
  [...possible('meetings-api', [...OPERATIONS, ...SITUATIONS]), CREATE_ELSEWHERE, ...OF_ROOMS_BY_USE],
  () => inMemory,
  1,
);

describe('on the engines', () => {
  let engines: Engines;
  beforeAll(async () => {
    engines = await startEngines();
  });
  afterAll(() => engines.stop());

  // the situations are the same for all; in memory a room's id is not its token
  const operations: Readonly<Record<Provider, readonly Operation[]>> = {
    'meetings-api': OPERATIONS,
    daily: [...OPERATIONS, ...SITUATIONS],
    whereby: OPERATIONS,
    zoom: OPERATIONS,
  };
  for (const [name, all] of Object.entries(operations)) {
    // the keys of a record are forgotten by `Object.entries`
    const provider = name as Provider;
    const { title } = PROVIDERS[provider];
    describeCrashes(
      `with ${title}`,
      possible(provider, all),
      () => () => realStage(engines, provider),
      ONE_OF,
    );
  }
});

function describeCrashes(
  where: string,
  operations: readonly Operation[],
  setUp: () => SetUp,
  oneOf: number,
): void {
  const totals = { runs: 0, steps: 0, deaths: 0 };
  const kinds = new Set<string>();

  function isPlayed(step: string, when: Fate['when']): boolean {
    const kind = `${when} ${step}`;
    const first = !kinds.has(kind);
    kinds.add(kind);
    totals.deaths += 1;
    return first || totals.deaths % oneOf === 0;
  }

  describe(`a process that dies, ${where}`, () => {
    afterAll(() => {
      console.log(
        `${where}: ${totals.steps} steps of ${operations.length} operations, ${totals.deaths} deaths before and after them, ` +
          `${totals.runs} of them played: 0 lost, 0 doubled, 0 orphans left`,
      );
    });

    for (const operation of operations) {
      it(`at any step of: ${operation.name}, loses nothing and doubles nothing`, async () => {
        const steps = await play(operation, setUp());
        expect(steps.length).toBeGreaterThan(3);
        totals.steps += steps.length;
        for (const [nth, step] of steps.entries()) {
          for (const when of ['before', 'after'] as const) {
            if (!isPlayed(step, when)) continue;
            totals.runs += 1;
            await play(operation, setUp(), { dieAt: nth + 1, when });
          }
        }
      });
    }
  });
}

describe('a process that dies, and whose message rests in a dead-letter queue or has expired', () => {
  const operations = [...possible('meetings-api', OPERATIONS), CREATE_ELSEWHERE, ...OF_ROOMS_BY_USE];
  for (const operation of operations) {
    // the repair of a link would announce too
    const options = { ...operation.options, withoutLinks: operation.name !== 'relink' };
    it(`at any step of: ${operation.name}, has what it recorded announced by reconciliation`, async () => {
      let dieAt = 0;
      for (let died = true; died; ) {
        dieAt += 1;
        for (const when of ['before', 'after'] as const) {
          died = await playWithoutReturn({ ...operation, options }, { dieAt, when });
        }
      }
      expect(dieAt).toBeGreaterThan(3);
    });
  }
});

/**
 * Plays an operation with a fate. Its message never comes back, so only reconciliation looks at the key
 * afterwards.
 *
 * @returns whether the process died
 */
async function playWithoutReturn(operation: Operation, fate: Fate): Promise<boolean> {
  const stage = await inMemory(operation);
  await operation.prepare?.(stage);
  const { rotations, context, clock } = stage;
  const before = await context.rooms.read('weekly');
  const heard = stage.announced().length;
  const immortal = { ...context, rotations, mode: 'repair' as const, timeLeft: () => HOUR };
  const worker = mortal(immortal, fate);
  const { steps } = worker;
  if (!(await dies(operation.work(stage), worker))) return false;
  clock.now += 2 * HOUR;
  await reconcileAndKeep(stage, immortal);
  const row = await context.rooms.read('weekly');
  const at = `died ${fate.when} step ${fate.dieAt} of ${operation.name}, ${steps.at(-1)}`;
  expect([row?.claim, row?.unannounced], at).toEqual([undefined, undefined]);
  // nothing was recorded, so nothing is to be announced
  if (row?.state === 'opening' || isDeepStrictEqual(visible(row), visible(before))) return true;
  const news = stage.announced().slice(heard).at(-1);
  expect(news, at).toMatchObject({ key: 'weekly', generation: row?.generation });
  expect(news?.roomId, at).toBe(row?.current?.id);
  return true;
}

/** What listeners have to hear of. */
function visible(row: Room | undefined) {
  const { state, generation, spec, slug, current } = row ?? {};
  return { state, generation, spec, slug, id: current?.id, expiresAt: current?.expiresAt };
}

/**
 * Plays an operation with a fate, lets the message come back until it is done, and reconciles two hours later.
 *
 * @returns the steps that were taken, up to the death
 */
async function play(operation: Operation, setUp: SetUp, fate?: Fate): Promise<readonly string[]> {
  const stage = await setUp(operation);
  try {
    await operation.prepare?.(stage);
    const work = operation.work(stage);
    const { rotations, context, clock } = stage;
    const immortal = { ...context, rotations, mode: 'repair' as const, timeLeft: () => HOUR };
    const worker = mortal(immortal, fate);
    const { steps } = worker;
    const at = fate
      ? `died ${fate.when} step ${fate.dieAt} of ${operation.name}`
      : `${operation.name}, alive`;
    const died = await dies(work, worker);
    expect(died, at).toBe(fate !== undefined);
    if (died) await redeliver(work, stage, immortal);
    clock.now += 2 * HOUR;
    await reconcileAndKeep(stage, immortal);
    await assertWhole(stage, operation, `${at}, ${steps.at(-1)}`);
    return steps;
  } finally {
    await stage.close();
  }
}

/** @returns whether the process died, even if the work took its death for a failed call and went on */
async function dies(work: Work, worker: Mortal<RoomContext & ReconciliationContext>): Promise<boolean> {
  try {
    await work(worker.ports);
  } catch (error) {
    if (!(error instanceof Death)) throw error;
  }
  return worker.dead;
}

async function redeliver(
  work: Work,
  { clock }: Stage,
  ports: RoomContext & ReconciliationContext,
): Promise<void> {
  for (let receive = 2; ; receive += 1) {
    try {
      await work(ports);
      return;
    } catch (error) {
      if (!(error instanceof ClaimHeldError) || receive > 5) throw error;
      clock.now += error.retryAfter + SECOND;
    }
  }
}

async function assertWhole(stage: Stage, { expected, announced }: Operation, at: string): Promise<void> {
  const row = await stage.row('weekly');
  const kept = stage.kept();
  expect({ state: row.state, generation: row.generation, kept: kept.length }, at).toEqual(expected);
  expect(row.claim, at).toBeUndefined();
  expect(row.unannounced, at).toBeUndefined();
  expect(
    row.retirees.filter(({ endsAt }) => endsAt === undefined),
    at,
  ).toEqual([]);
  if (row.current) expect(kept, at).toContain(row.current.id);
  await assertLinked(stage, row, at);
  const news = stage.announced().filter(({ key, type }) => key === 'weekly' && type === announced);
  expect(news.length, at).toBeGreaterThanOrEqual(1);
  expect(news.at(-1), at).toMatchObject({ generation: expected.generation });
  expect(news.at(-1)?.roomId, at).toBe(row.current?.id);
}

/** One link leads to the key's room, whatever it showed meanwhile. */
async function assertLinked({ linksOf, context }: Stage, row: Room, at: string): Promise<void> {
  const links = await linksOf('weekly');
  expect(
    links.map(({ slug, state, url }) => ({ slug, state, url })),
    at,
  ).toEqual([shownOf(row, context)]);
}

function shownOf(row: Room, { links }: RoomContext) {
  const { slug, state, url } = (links && linkOf(row, links)) ?? {};
  return { slug, state, url };
}
