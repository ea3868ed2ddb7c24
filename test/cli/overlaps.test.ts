import { afterAll, beforeAll, expect, test } from 'vitest';
import { plan } from '../../cli/commands/plan.ts';
import type { Deployment } from '../../cli/deployment/deployment.ts';
import { parse } from '../../cli/frame/parse.ts';
import { overlapsOf } from '../../cli/pages/overlaps.ts';
import { ensureRoom } from '../../functions/rooms/actions/ensure.ts';
import type {
  CalendarMemory,
  EventUpdate,
  PlannedOccurrence,
} from '../../functions/rooms/model/occurrences.ts';
import type { DueRoom } from '../../functions/rooms/model/ports.ts';
import { DAY, HOUR } from '../../functions/rooms/model/time.ts';
import { HOSTS, startZoomBench, type ZoomBench } from '../adapters/zoom/bench.ts';
import { aRequest, makeWorld } from '../support/world.ts';
import { assertFits } from './stack.ts';
import { keptTerminal } from './terminal.ts';

const GRACE = DAY;

let bench: ZoomBench;

beforeAll(async () => {
  bench = await startZoomBench({ hosts: HOSTS.slice(0, 1) });
});

afterAll(() => bench.close());

/** A meeting from so many hours from now on, an hour long. */
const meeting = (hours: number): PlannedOccurrence => {
  const id = bench.now() + hours * HOUR;
  return { id, until: id + HOUR + GRACE };
};

function memory(
  planned: readonly PlannedOccurrence[],
  cancelled: readonly PlannedOccurrence[] = [],
  kind: Pick<EventUpdate, 'whole' | 'endless'> = { whole: true },
): CalendarMemory {
  const update = { at: '1', epoch: '1', name: 'Weekly' };
  return {
    version: 1,
    event: { ...update, origin: {}, planned, ...kind },
    occurrences: cancelled.map((occurrence) => ({ ...update, ...occurrence, cancelled: true })),
  };
}

type Calendars = Readonly<Record<string, CalendarMemory>>;

async function overlaps(calendars: Calendars, perHost = true) {
  return overlapsOf(await deploymentWith(calendars, perHost), bench.now() + 14 * DAY);
}

/** Rooms of one host, whose calendars plan these meetings. */
async function deploymentWith(calendars: Calendars, perHost = true) {
  const world = makeWorld();
  world.clock.now = bench.now();
  const pool = { names: ['main'], siblings: () => ['main'], provider: () => bench.provider };
  for (const [key, calendar] of Object.entries(calendars)) {
    await ensureRoom(aRequest({ key }), { ...world.context, pool });
    await world.rooms.write({ ...world.row(key), calendar });
  }
  const limits = [
    {
      application: 'main',
      provider: 'zoom',
      ...(perHost && { hosts: bench.entry.hosts.map((name) => ({ name, perDay: 80 })) }),
    },
  ];
  const rooms = { ...world.rooms, due: async function* () {} };
  return { rooms, pool, limits, calendarGrace: GRACE, now: bench.now };
}

test('the worst time of a host is told, with the keys of its meetings', async () => {
  const found = await overlaps({
    weekly: memory([meeting(24), meeting(48)]),
    monthly: memory([meeting(48.5), meeting(96)]),
    yearly: memory([meeting(48.75)]),
    other: memory([meeting(24.5)]),
  });
  expect(found.unseen).toEqual([]);
  expect(found.found).toEqual([
    {
      application: 'main',
      host: HOSTS[0],
      at: bench.now() + 48.75 * HOUR,
      keys: ['monthly', 'weekly', 'yearly'],
    },
  ]);
});

test.each<[string, () => Readonly<Record<string, CalendarMemory>>]>([
  [
    'one after the other, though their rooms live a day longer',
    () => ({ a: memory([meeting(24)]), b: memory([meeting(25)]) }),
  ],
  ['of one key, which has one room', () => ({ a: memory([meeting(24), meeting(24.5)]) })],
  [
    'of which one is cancelled',
    () => ({ a: memory([meeting(24)], [meeting(24)]), b: memory([meeting(24)]) }),
  ],
  ['later than the plan looks', () => ({ a: memory([meeting(24 * 15)]), b: memory([meeting(24 * 15)]) })],
  ['that are over', () => ({ a: memory([meeting(-5)]), b: memory([meeting(-5)]) })],
])('meetings %s do not overlap', async (_, calendars) => {
  expect(await overlaps(calendars())).toEqual({ found: [], unseen: [] });
});

test('an account whose rooms belong to no hosts has no overlaps', async () => {
  const calendars = { a: memory([meeting(24)]), b: memory([meeting(24)]) };
  expect((await overlaps(calendars)).found).toHaveLength(1);
  expect(await overlaps(calendars, false)).toEqual({ found: [], unseen: [] });
});

test('a series with meetings that its row does not remember is named, because its overlaps are not found', async () => {
  const { unseen } = await overlaps({
    whole: memory([meeting(24)]),
    'begun, and remembered from now on': memory([meeting(-1), meeting(24)], [], {}),
    'long, and later': memory([meeting(24)], [], {}),
    'without an end': memory([], [], { endless: true }),
  });
  expect(unseen).toEqual(['long, and later', 'without an end']);
});

test('plan draws an account against its limit from the half of it on, and what waits for the next night', async () => {
  const night = (Math.floor(bench.now() / DAY) + 1) * DAY;
  const due = Array.from({ length: 14 }, (_, i): DueRoom => {
    const dueAt = i < 12 ? night : night + 3 * DAY;
    return {
      key: `room-${i}`,
      application: 'main',
      generation: 1,
      dueAt,
      renewAt: dueAt,
      emergencyAt: night + 9 * DAY,
    };
  });
  // what the command asks of a deployment, and no more
  const deployment = {
    rooms: {
      due: async function* () {
        yield* due;
      },
    },
    renewal: { longestGap: DAY },
    rotationsPerRun: 10,
    now: bench.now,
  } as unknown as Deployment;
  const drawn = async (width?: number) => {
    const { terminal, said } = keptTerminal(width === undefined ? {} : { width });
    const { args, flags } = parse(plan, ['--nights', '5']);
    expect(await plan.run({ args, flags, terminal, deployment: async () => deployment })).toBe(0);
    return said.out;
  };
  const narrow = await drawn(60);
  expect(Math.max(...narrow.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(narrow).toMatch(/^ {12}\S.* wait for the next night$/m);
  expect((await drawn()).split('\n').map((line) => line.split(/ {2,}/).slice(1).join('  '))).toEqual([
    'ROOMS  BY ACCOUNT',
    '0',
    `10  ${'█'.repeat(30)}  main 10 (100 % of its limit), 2 wait for the next night`,
    `2  ${'█'.repeat(6)}  main 2`,
    '0',
    `2  ${'█'.repeat(6)}  main 2`,
    '',
    '',
    '',
  ]);
});

test('plan --ask --json has the nights, what overlaps, and the series that it cannot compare', async () => {
  const found = await deploymentWith({
    weekly: memory([meeting(24)]),
    monthly: memory([meeting(24.5)]),
    endless: memory([], [], { endless: true }),
  });
  // what the command asks of a deployment, and no more
  const deployment = { ...found, renewal: { longestGap: DAY }, rotationsPerRun: 10 } as unknown as Deployment;
  const { terminal, said } = keptTerminal();
  const { args, flags } = parse(plan, ['--ask', '--json', '--nights', '2']);
  expect(await plan.run({ args, flags, terminal, deployment: async () => deployment })).toBe(0);
  assertFits('plan --ask', said.out);
  expect(JSON.parse(said.out)).toMatchObject({
    nights: [{ rooms: 0 }, { rooms: 0 }],
    overlaps: [
      {
        application: 'main',
        host: HOSTS[0],
        at: new Date(bench.now() + 24.5 * HOUR).toISOString(),
        keys: ['monthly', 'weekly'],
      },
    ],
    unseen: ['endless'],
  });
});
