import { beforeAll, describe, expect, it } from 'vitest';
import { PROVIDERS } from '../../../functions/adapters/providers.ts';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import { serveRequest } from '../../../functions/rooms/actions/serve.ts';
import { reconcileRooms } from '../../../functions/rooms/fleet/reconcile.ts';
import {
  AmbiguousOutcomeError,
  ApplicationFullError,
  ThrottledError,
} from '../../../functions/rooms/model/errors.ts';
import type { Instant } from '../../../functions/rooms/model/time.ts';
import { DAY, HOUR, SECOND } from '../../../functions/rooms/model/time.ts';
import { withOtherAccount } from '../../support/altered-provider.ts';
import { movedBySqs } from '../../support/redrive.ts';
import { START } from '../../support/rooms.ts';
import {
  type Happening,
  type Life,
  leastRenewals,
  liveThroughAYear,
  NIGHT,
  type Trouble,
  type Year,
  type YearOptions,
  type YearStage,
} from '../../support/rotation-year.ts';
import { aRequest } from '../../support/world.ts';

const NOT_CALLED = new ThrottledError('not called', { retryAfter: 900 * SECOND, ambiguous: false });

const during = ({ from, until }: Trouble, at: Instant) => at >= from && at < until;

/** Of each year of nights; `npm run year` has more. */
const ROOMS = Number(process.env.YEAR_ROOMS ?? 200);

interface NamedYear extends YearOptions {
  readonly title: string;
  /** How many times the least renewals it may take. */
  readonly dearest: number;
}

/** Each provider by what it can do; its adapter is held by the tests of providers. */
const YEARS: Readonly<Record<keyof typeof PROVIDERS, NamedYear>> = {
  'meetings-api': {
    title: 'in New York, at an hour that one night lacks and another has twice, with the Meetings API',
    cron: 'cron(30 2 * * ? *)',
    timeZone: 'America/New_York',
    rooms: ROOMS,
    seed: 2,
    perRun: 500,
    dearest: 1.8,
    capabilities: PROVIDERS['meetings-api'].capabilities,
  },
  daily: {
    title: 'in Berlin, at an hour that every night has, with Daily',
    cron: 'cron(0 4 * * ? *)',
    timeZone: 'Europe/Berlin',
    rooms: ROOMS,
    seed: 1,
    perRun: 500,
    dearest: 1.4,
    capabilities: PROVIDERS.daily.capabilities,
  },
  whereby: {
    title: 'in Berlin, twice a night, with Whereby',
    cron: 'cron(30 1,3 * * ? *)',
    timeZone: 'Europe/Berlin',
    rooms: ROOMS,
    seed: 3,
    perRun: 500,
    dearest: 1.4,
    capabilities: PROVIDERS.whereby.capabilities,
  },
  zoom: {
    title: 'in Berlin, with Zoom, of rooms with an end',
    cron: 'cron(0 4 * * ? *)',
    timeZone: 'Europe/Berlin',
    rooms: ROOMS,
    seed: 4,
    perRun: 500,
    dearest: 1.4,
    capabilities: { ...PROVIDERS.zoom.capabilities, livesByUse: undefined },
  },
};

describe.each(Object.values(YEARS))('a year of nights $title', (options) => {
  let year: Year;

  beforeAll(async () => {
    year = await liveThroughAYear(options);
  });

  it('keeps every room through it', () => {
    const lost = gapsOf(year).filter((gap) => savingRuns(gap, year).length > 0);
    expect(lost.map(tell)).toEqual([]);
  });

  it('tells of every new room before the one that it follows has ended, but after an outage', () => {
    const gaps = new Set(gapsOf(year).map(({ life }) => life));
    const successions = [...year.lives.values()].flatMap((lives) =>
      lives.slice(1).map((life, index) => ({ before: lives[index] as Life, life })),
    );
    const recreated = successions.filter(({ before, life }) => life.roomId !== before.roomId);
    const late = recreated.filter(
      ({ before, life }) =>
        !gaps.has(before) && (year.told.get(life.roomId) ?? Number.POSITIVE_INFINITY) > before.until,
    );
    expect(late).toEqual([]);
    expect(recreated.length).toBeGreaterThan(1000);
    if (options.capabilities?.movableExpiry === false) expect(recreated).toEqual(successions);
  });

  it('opens every room again in the first run after an outage', () => {
    const gaps = gapsOf(year);
    expect(gaps.length).toBeGreaterThan(0);
    const late = gaps.filter(({ life, next, needed }) => {
      const first = year.runs.find((at) => at >= life.until && !year.inVain.has(at)) ?? year.end;
      return (next?.from ?? needed) > first + NIGHT;
    });
    expect(late.map(tell)).toEqual([]);
  });

  it('renews no room before its time, and none after its end', () => {
    const wrong = [...year.lives].flatMap(([key, lives]) => {
      const { until = Number.POSITIVE_INFINITY } = year.specs.get(key)?.renewal ?? {};
      return lives.slice(1).flatMap(({ from }, index) => {
        const before = lives[index] as Life;
        const early = from < before.until - widestWindow(before, year);
        return early || before.until >= until ? [`${key} at ${new Date(from).toISOString()}`] : [];
      });
    });
    expect(wrong).toEqual([]);
  });

  it('leaves at the provider nothing that no row knows of', () => {
    const { world, lives } = year;
    const known = new Set([...lives.values()].flat().map(({ roomId }) => roomId));
    expect(world.kept().filter((id) => !known.has(id))).toEqual([]);
    const current = [...world.rooms.rows.values()].filter(
      ({ state, current }) => state === 'active' && (current?.expiresAt ?? 0) > year.end,
    );
    const alive = new Set(world.kept());
    expect(current.length).toBeGreaterThan(0.9 * options.rooms);
    expect(current.filter((room) => !alive.has(room.current?.id ?? ''))).toEqual([]);
  });

  it('costs little more than the least there is', () => {
    const renewals = count(year, (lives) => lives.length - 1);
    const effective = year.runs.filter((at) => !year.inVain.has(at));
    const least = count(year, (lives, key) => {
      const spec = year.specs.get(key);
      const [first] = lives;
      if (!spec || !first) return 0;
      return leastRenewals(
        first,
        spec.lifetime,
        Math.min(spec.renewal.until ?? year.end, year.end),
        effective,
      );
    });
    const { calls } = year.world.providers.first ?? {};
    const made = Object.values(calls ?? {}).reduce((sum, times) => sum + times, 0) - year.lives.size;
    console.log(
      `${options.title}: ${year.runs.length} runs, ${renewals} renewals (least ${least}), ${made} calls ` +
        `${JSON.stringify(calls)}, gaps ${gapsOf(year).length}, dead letters ${year.deadLetters}, busiest ${year.busiest}`,
    );
    expect(renewals / least).toBeLessThan(options.dearest);
    expect(made / renewals).toBeLessThan(1.1);
  });
});

describe('a year in which an application has too small a share of a run for its rooms', () => {
  it('lets rooms wait, and lets none end but in an outage', async () => {
    const year = await liveThroughAYear({
      cron: 'cron(0 4 * * ? *)',
      timeZone: 'Europe/Berlin',
      rooms: 200,
      seed: 4,
      perRun: 3,
    });
    expect(year.deferred).toBeGreaterThan(5000);
    expect(
      gapsOf(year)
        .filter(({ life }) => !endedInOutage(life, year))
        .map(tell),
    ).toEqual([]);
  });
});

describe('a year in which for weeks', () => {
  const weeks = (day: number, until: number) => ({ from: START + day * DAY, until: START + until * DAY });
  const TROUBLES: readonly (readonly [string, Trouble])[] = [
    ['the bus takes nothing', { call: 'announce', error: () => new Error('refused'), ...weeks(30, 60) }],
    [
      'every change is answered with 500',
      { call: 'change', error: () => new AmbiguousOutcomeError('500'), ...weeks(60, 95) },
    ],
    [
      'every create is answered with 500',
      { call: 'create', error: () => new AmbiguousOutcomeError('500'), ...weeks(125, 155) },
    ],
    [
      'every application is full',
      { call: 'create', error: () => new ApplicationFullError('full'), ...weeks(160, 190) },
    ],
    [
      'nothing is called, since it does not answer',
      { call: 'change', error: () => NOT_CALLED, ...weeks(210, 240) },
    ],
  ];

  it.each(TROUBLES)('%s, no room ends but in an outage', async (_, trouble) => {
    const year = await liveThroughAYear({
      cron: 'cron(0 4 * * ? *)',
      timeZone: 'Europe/Berlin',
      rooms: 40,
      seed: 5,
      perRun: 500,
      troubles: [trouble],
    });
    const ended = gapsOf(year).filter(({ life }) => !endedInOutage(life, year));
    expect(ended.map(tell)).toEqual([]);
    const renewed = [...year.lives.values()].flat().filter(({ from }) => during(trouble, from));
    expect(renewed.length).toBeGreaterThan(100);
  });
});

describe('a year in which the tables and the lists are wrong for a time', () => {
  const at = (day: number, hour = 0) => START + day * DAY + hour * HOUR;
  let cancelled: readonly string[] = [];
  let restore: () => Promise<void> = async () => {};

  const reconciling = ({ context }: YearStage) =>
    untilDone(() => reconcileRooms({ applications: context.pool.names }, context));
  const HAPPENINGS: readonly Happening[] = [
    ...[40, 41, 42].map((day) => ({
      at: at(day),
      happen: (stage: YearStage) => reconciling({ ...stage, context: withOtherAccount(stage.context) }),
    })),
    {
      at: at(70),
      happen: async ({ world }) => {
        restore = world.backUp();
      },
    },
    { at: at(77), happen: () => restore() },
    { at: at(77, 2), happen: reconciling },
    {
      at: at(100),
      happen: async ({ context, requests }) => {
        cancelled = requests.slice(0, 20).map(({ key }) => key);
        for (const key of cancelled) {
          const request = aRequest({ key, action: 'cancel' });
          await untilDone(() => cancelRoom(request, context));
        }
      },
    },
    {
      at: at(130),
      happen: async ({ context, requests, orders }) => {
        const { now } = context;
        for (const request of requests) {
          const moved = await movedBySqs(request, now());
          await untilDone(() => serveRequest(moved, context));
        }
        for (const order of orders) await untilDone(() => rotateRoom(order, context));
      },
    },
    { at: at(363), happen: reconciling },
  ];

  it('loses no room to an empty list, a restored table or a redrive by SQS, and doubles none', async () => {
    const year = await liveThroughAYear({
      cron: 'cron(0 4 * * ? *)',
      timeZone: 'Europe/Berlin',
      rooms: 60,
      seed: 7,
      perRun: 500,
      happenings: HAPPENINGS,
    });
    const { world } = year;
    const isCancelled = ({ key }: { readonly key: string }) => cancelled.includes(key);
    const ended = gapsOf(year).filter((gap) => !isCancelled(gap) && !endedInOutage(gap.life, year));
    expect(ended.map(tell)).toEqual([]);
    expect(cancelled.map((key) => world.row(key).state)).toEqual(cancelled.map(() => 'cancelled'));
    const { items } = await world.rooms.scan();
    const known = new Set(
      items.flatMap((entry) => ('revision' in entry ? [entry.current?.id] : [entry.roomId])),
    );
    expect(world.kept().filter((id) => !known.has(id))).toEqual([]);
    expect(world.announced.filter(({ reason }) => reason === 'recovered').length).toBeGreaterThan(10);
  });
});

describe('a year with visitors', () => {
  it('leads everybody who follows the link of a wanted room to a living room, or opens one', async () => {
    const year = await liveThroughAYear({
      cron: 'cron(0 4 * * ? *)',
      timeZone: 'Europe/Berlin',
      rooms: 60,
      onDemand: 60,
      seed: 6,
      perRun: 500,
      visits: 4000,
    });
    const { wrong, inVain, live, opened } = year.visits;
    expect(wrong).toEqual([]);
    const [, down] = year.outages;
    expect(inVain.filter((at) => !down || at < down.from || at > down.until + HOUR)).toEqual([]);
    const made = year.world.providers.first?.made.length;
    console.log(
      `a year with visitors: ${live} led to a room, ${opened} opened one, ${inVain.length} came in vain ` +
        `while the provider was down, ${made} rooms made for 120 keys`,
    );
    expect(live).toBeGreaterThan(1500);
    expect(opened).toBeGreaterThan(500);
  });
});

/** A message comes back until it is done. */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (let receive = 1; ; receive += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (receive === 9) throw error;
    }
  }
}

/** Whether the room's last days fell into an outage: it might have been renewed before, had there been no others. */
function endedInOutage({ until }: Life, { outages }: Year): boolean {
  return outages.some((outage) => until > outage.from && until < outage.until + DAY);
}

interface Gap {
  readonly key: string;
  readonly life: Life;
  readonly next?: Life;
  /** Nobody needed the room from here on. */
  readonly needed: Instant;
}

/** The times in which a room that was to be kept was not there. */
function gapsOf({ lives, specs, end }: Year): Gap[] {
  return [...lives].flatMap(([key, all]) => {
    const needed = Math.min(specs.get(key)?.renewal.until ?? end, end);
    return all.flatMap((life, index): Gap[] => {
      const next = all[index + 1];
      return life.until < needed && (next?.from ?? end) > life.until ? [{ key, life, next, needed }] : [];
    });
  });
}

/** The runs that came in time for a room, with a provider that answered: one that follows the rule, or is promised. */
function savingRuns({ life }: Gap, { runs, inVain, longestGap }: Year): Instant[] {
  const promised = life.until - longestGap - HOUR / 2;
  const due = Math.min(life.renewAt ?? promised, promised);
  return runs.filter((at) => at >= due && at + NIGHT <= life.until && !inVain.has(at));
}

/** A week or a third of the life, or two runs where that is more, and what spreading takes. */
function widestWindow({ from, until }: Life, { longestGap }: Year): number {
  const life = until - from;
  return Math.max(Math.min(7 * DAY, life / 3), 2 * longestGap + HOUR / 2) + 0.05 * life;
}

function tell({ key, life, next }: Gap): string {
  const iso = (at?: Instant) => (at === undefined ? 'never' : new Date(at).toISOString());
  const days = (life.until - life.from) / DAY;
  return (
    `${key}, whose life was ${days.toFixed(1)} days and due at ${iso(life.renewAt)}, ended at ${iso(life.until)} ` +
    `and came back at ${iso(next?.from)}, ${next ? ((next.from - life.until) / HOUR).toFixed(1) : '-'} hours later`
  );
}

function count({ lives }: Year, of: (lives: readonly Life[], key: string) => number): number {
  return [...lives].reduce((sum, [key, all]) => sum + of(all, key), 0);
}
