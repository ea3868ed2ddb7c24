import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Page, pageOf } from '../../../functions/rooms/model/link.ts';
import type { RenewalMode, Room, RoomSpec } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import { type Break, type FAULTS, Life } from '../../support/life.ts';
import type { Fate } from '../../support/mortal.ts';
import { aSpec } from '../../support/rooms.ts';
import type { WorldOptions } from '../../support/world.ts';

/** Longer campaigns go by `MODEL_RUNS=20000 npx vitest run test/rooms/campaigns/model.test.ts`, each from another seed. */
const LONG = process.env.MODEL_RUNS;
const RUNS = Number(LONG ?? 150);

/** What providers differ in, as far as a key's life goes. */
const PROVIDERS = {
  'an expiry that moves, and glances that are late': { lateGlances: true },
  'a create that is idempotent': { capabilities: { idempotentCreate: true, retires: 'at-once' } },
  'rooms that nothing changes': { capabilities: { movableExpiry: false, changeable: [] } },
  'rooms that live by their use, and a trash': { capabilities: { livesByUse: 365 * DAY }, trash: true },
} as const satisfies Record<string, WorldOptions>;

/** All that is to be known of a key: the newest thing that was asked for. */
interface Model {
  newest?: { readonly action: 'ensure' | 'cancel'; readonly spec?: RoomSpec };
  /** Whether somebody ever held it. */
  held: boolean;
  /** Whether it must be held in the end: asked for, then held, and neither released nor ever cancelled. */
  mustBeHeld: boolean;
  cancelled: boolean;
}

type Command = fc.AsyncCommand<Model, Life>;

/** A command is what the model makes of it, what happens, and how it is shown when a run fails. */
function command(
  title: string,
  act: (life: Life) => Promise<void>,
  learn: (model: Model) => void = () => {},
): Command {
  return {
    check: () => true,
    async run(model, life) {
      learn(model);
      await act(life);
      expect(life.violations).toEqual([]);
    },
    toString: () => title,
  };
}

const specs = fc.record({
  name: fc.constantFrom('A', 'B'),
  approval: fc.constantFrom('none' as const, 'explicit_approval' as const),
  days: fc.constantFrom(3, 30, 120),
  mode: fc.constantFrom<RenewalMode>('recreate', 'extend', 'none', 'on-demand'),
});

const asking = specs.map(({ name, approval, days, mode }) => {
  const settings = { display_name: name, join_approval_level: approval };
  const spec = aSpec({ settings, lifetime: days * DAY, renewal: { mode } });
  return command(
    `ask(${name}, ${approval}, ${days} days, ${mode})`,
    (life) => life.ask('ensure', { spec }),
    (model) => {
      model.newest = { action: 'ensure', spec };
    },
  );
});

const cancelling = fc.constant(
  command(
    'cancel',
    (life) => life.ask('cancel'),
    (model) => {
      model.newest = { action: 'cancel' };
      model.cancelled = true;
    },
  ),
);

const persons = fc.constantFrom('hold' as const, 'release' as const, 'rotate' as const).map((action) =>
  command(
    action,
    (life) => life.ask(action),
    (model) => {
      model.held ||= action === 'hold';
      if (action === 'hold') model.mustBeHeld = model.newest?.action === 'ensure';
      if (action === 'release') model.mustBeHeld = false;
    },
  ),
);

const visitors = fc.constant(
  command('knock', (life) => life.ask('knock', { knockedAt: life.world.clock.now })),
);

const leaks = fc.constant(command('relink', (life) => life.ask('relink')));

const again = fc.nat().map((pick) =>
  command(`deliver again(${pick})`, async (life) => {
    const message = life.done[pick % life.done.length];
    if (message) await life.attempt(message);
  }),
);

const retrying = fc.nat().map((pick) =>
  command(`retry(${pick})`, async (life) => {
    const message = life.pending[pick % life.pending.length];
    if (message) await life.attempt(message);
  }),
);

const redriving = fc.nat().map((pick) =>
  command(`SQS moves back(${pick})`, async (life) => {
    const message = life.movable[pick % life.movable.length];
    if (message) await life.moveBack(message);
  }),
);

const backingUp = fc.constant(command('back up', async (life) => life.backUp()));
const restoring = fc.constant(command('restore', (life) => life.restore()));

const passing = fc.constantFrom(1, 3, 20, 24, 24 * 7, 24 * 40).map((hours) =>
  command(`let ${hours} hours pass`, async (life) => {
    life.world.clock.now += hours * HOUR;
  }),
);

const nights = fc.constant(command('night', (life) => life.night()));
const reconciling = fc.constant(command('reconcile', (life) => life.reconcile()));

const losing = fc.constant(
  command('lose the current room', async ({ world }) => {
    const id = world.rooms.rows.get('weekly')?.current?.id;
    const provider = world.providers.first;
    if (provider?.made.some((room) => room.id === id)) provider.lose(id ?? '');
  }),
);

const entering = fc.boolean().map((inUse) =>
  command(inUse ? 'somebody enters' : 'all leave', async ({ world }) => {
    const id = world.rooms.rows.get('weekly')?.current?.id;
    const provider = world.providers.first;
    if (provider?.alive().some((room) => room.id === id)) provider.use(id ?? '', inUse);
  }),
);

const breaking = fc
  .record<Break>({
    call: fc.constantFrom(
      'provider.create',
      'provider.create',
      'provider.find',
      'provider.change',
      'provider.retire',
      'provider.list',
      'rooms.write',
      'rooms.read',
      'events.announce',
      'links.write',
    ),
    fault: fc.constantFrom('reset', 'throttle', 'unavailable', 'unauthorized', 'network'),
    when: fc.constantFrom('before', 'after'),
  })
  // what the provider refuses or throttles has had no effect
  .filter(
    ({ fault, when }) =>
      when === 'before' || fault === 'reset' || fault === 'network' || fault === 'unavailable',
  )
  .map((broken) =>
    command(`break ${broken.call} ${broken.when} its effect: ${broken.fault}`, async (life) =>
      life.break(broken),
    ),
  );

/** What fails at every attempt until it is repaired, as no single break does. */
const OUTAGES: readonly (readonly [string, keyof typeof FAULTS | 'nothing'])[] = [
  ['provider.change', 'reset'],
  ['provider.change', 'gone'],
  ['provider.create', 'full'],
  ['provider.create', 'reset'],
  ['provider.find', 'reset'],
  ['provider.retire', 'reset'],
  ['events.announce', 'network'],
  ['links.write', 'network'],
  ['provider.list', 'nothing'],
  ['provider.get', 'nothing'],
];

const outages = fc
  .constantFrom(...OUTAGES)
  .map(([call, fault]) => command(`from now on ${call}: ${fault}`, async (life) => life.outage(call, fault)));

const repairing = fc.constant(command('repair all', async (life) => life.repair()));

const dying = fc
  .record<Fate>({ dieAt: fc.integer({ min: 1, max: 9 }), when: fc.constantFrom('before', 'after') })
  .map((fate) => command(`die ${fate.when} step ${fate.dieAt}`, async (life) => life.doom(fate)));

const commands = fc.commands(
  [
    asking,
    cancelling,
    persons,
    visitors,
    visitors,
    leaks,
    again,
    retrying,
    redriving,
    backingUp,
    restoring,
    passing,
    nights,
    reconciling,
    losing,
    entering,
    breaking,
    breaking,
    outages,
    repairing,
    dying,
  ],
  { maxCommands: 40, size: 'max' },
);

describe('a life at a provider', () => {
  for (const [kind, options] of Object.entries(PROVIDERS)) {
    const title = `with ${kind}: whatever happens to a key, what must always hold does`;
    it(title, () => campaign(options), LONG === undefined ? undefined : 3_600_000);
  }
});

async function campaign(options: WorldOptions): Promise<void> {
  const property = fc.asyncProperty(commands, async (sequence) => {
    const life = new Life(options);
    const model: Model = { held: false, mustBeHeld: false, cancelled: false };
    await fc.asyncModelRun(() => ({ model, real: life }), sequence);
    await life.calmDown();
    expect(await life.wrong()).toEqual([]);
    assertAsAsked(life, model);
  });
  await fc.assert(property, { numRuns: RUNS, ...(LONG === undefined && { seed: 20270301 }) });
}

/** The row is what the newest request wants, and so is the room behind it. */
function assertAsAsked(life: Life, { newest, held, mustBeHeld, cancelled }: Model): void {
  const { world, buried } = life;
  const row = world.rooms.rows.get('weekly');
  if (!newest) {
    expect(row).toBeUndefined();
    return;
  }
  if (newest.action === 'cancel') {
    expect(row?.state).toBe('cancelled');
    expect(world.kept()).toEqual([]);
    if (row?.slug) expect(pageOf(world.links.of('weekly'), world.clock.now)).toBe('cancelled');
    return;
  }
  const { spec } = newest;
  expect(row?.spec?.settings).toEqual(spec?.settings);
  const mayBe = { recreate: 'active', extend: 'active', none: 'ending', 'on-demand': 'on-demand' }[
    spec?.renewal.mode ?? 'none'
  ];
  expect([mayBe, ...(held && mayBe === 'active' ? ['held'] : [])]).toContain(row?.state);
  const isHeard = mustBeHeld && !cancelled && buried.length === 0;
  if (isHeard && mayBe === 'active') expect(row?.state).toBe('held');
  const alive = (row?.current?.expiresAt ?? 0) > world.clock.now;
  if (row?.state === 'active') expect(alive).toBe(true);
  const room = world.providers.first?.made.find(({ id }) => id === row?.current?.id);
  if (alive) expect(room?.settings).toEqual(spec?.settings);
  assertVisitable(life, row);
}

/** What the holder of the link may meet where there is no room. */
const ELSE: Partial<Record<Room['state'], Page>> = {
  'on-demand': 'on-demand',
  held: 'held',
  ending: 'ended',
};

/** The link leads to the living room, or says why there is none. */
function assertVisitable({ world }: Life, row: Room | undefined): void {
  const { links, clock } = world;
  const link = links.of('weekly');
  const page = pageOf(link, clock.now);
  const isAlive = (row?.current?.expiresAt ?? 0) > clock.now;
  if (isAlive) expect([page, link?.url]).toEqual(['live', row?.current?.guestUrl]);
  else if (row?.state === 'on-demand' && row.toBeHeld) expect(page).toBe('held');
  else expect(page).toBe(row && ELSE[row.state]);
}
