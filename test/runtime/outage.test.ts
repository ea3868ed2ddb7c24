import type { SQSRecord } from 'aws-lambda';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { awsCaller } from '../../functions/adapters/aws/call.ts';
import { dynamoDbClient } from '../../functions/adapters/aws/clients.ts';
import { circuits } from '../../functions/adapters/circuits.ts';
import { ensureRoom } from '../../functions/rooms/actions/ensure.ts';
import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import {
  AmbiguousOutcomeError,
  DailyLimitError,
  NotAnnouncedError,
  ProviderRefusedError,
  ThrottledError,
  UnauthorizedError,
} from '../../functions/rooms/model/errors.ts';
import type { RoomProvider } from '../../functions/rooms/model/ports.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../functions/rooms/model/time.ts';
import { originOf } from '../../functions/runtime/queue/work-queue.ts';
import { DUMMY_CREDENTIALS } from '../../local/engines/credentials.ts';
import { type Inbox, MAX_RECEIVES, startInbox } from '../support/inbox.ts';
import { memoryOutages } from '../support/memory-outages.ts';
import { catchOutput } from '../support/output.ts';
import { queueHandler } from '../support/queue-handler.ts';
import { aSpec } from '../support/rooms.ts';
import { makeWorld } from '../support/world.ts';

/** As `create-rooms` has it. */
const BACK_OFF = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE];

/** A little more than a day. */
const OUTAGE = 25 * HOUR;

/** Containers that take turns: each knows only what it has seen itself, and what all share. */
const CONTAINERS = 3;

beforeAll(() => {
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'EvergreenRooms');
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** What fails at this moment: an operation of the provider, the table, the bus. */
type Faults = (place: 'provider' | 'table' | 'bus', of?: { readonly name?: string }) => Error | undefined;

const PROVIDER_OUT = (error: () => Error): Faults => {
  return (place) => (place === 'provider' ? error() : undefined);
};

/** What a call says of a service that cannot be reached. */
async function unreachable(): Promise<Error> {
  const call = awsCaller(
    { ...DUMMY_CREDENTIALS, region: 'local' },
    { timeOut: 5000, attempts: 1, keepsWords: true },
  );
  const dynamoDb = dynamoDbClient(call, new URL('http://127.0.0.1:1'));
  const get = dynamoDb('GetItem', { TableName: 'rooms', Key: { roomKey: 'a' } });
  return get.catch((error: Error) => error) as Promise<Error>;
}

async function startStage() {
  const inbox = await startInbox();
  const world = makeWorld();
  Object.defineProperty(world.clock, 'now', { get: Date.now });
  const store = memoryOutages();
  const now = Date.now;
  const stage = {
    faults: (() => undefined) as Faults,
    attempts: 0,
    /** When the provider was called, by operation. */
    calls: [] as { readonly operation: string; readonly at: number }[],
  };
  const guard = async <T>(place: 'provider' | 'table' | 'bus', work: () => Promise<T>, name?: string) => {
    const error = stage.faults(place, { ...(name !== undefined && { name }) });
    if (error) throw error;
    return work();
  };
  const shaky = (provider: RoomProvider): RoomProvider => {
    const call = <T>(operation: string, work: () => Promise<T>, name?: string) => {
      stage.calls.push({ operation, at: now() });
      return guard('provider', work, name);
    };
    return {
      ...provider,
      create: (order) => call('create', () => provider.create(order), order.settings.display_name),
      find: (...args) => call('find', () => provider.find(...args)),
      get: (id) => call('get', () => provider.get(id)),
      change: (...args) => call('change', () => provider.change(...args)),
      retire: (id) => call('retire', () => provider.retire(id)),
    };
  };
  const container = () => {
    const { rooms, pool, events } = world.context;
    const { protect } = circuits(
      {
        read: () => guard('table', store.read),
        replace: (next) => guard('table', () => store.replace(next)),
      },
      now,
    );
    const first = protect('first', shaky(pool.provider('first')));
    const roomContext: RoomContext = {
      ...world.context,
      now,
      rooms: {
        ...rooms,
        read: (key) => guard('table', () => rooms.read(key)),
        write: (room) => guard('table', () => rooms.write(room)),
      },
      pool: { ...pool, provider: () => first },
      events: { ...events, announce: (...args) => guard('bus', () => events.announce(...args)) },
    };
    const read = async (record: SQSRecord) => {
      const { sentAt } = originOf(record);
      const spec = aSpec({ settings: { display_name: record.body } });
      const sequence = { source: 'request' as const, value: String(sentAt) };
      return {
        key: record.body,
        run: () => {
          stage.attempts += 1;
          return ensureRoom({ key: record.body, action: 'ensure', sequence, spec }, roomContext);
        },
      };
    };
    const policy = { queue: inbox.work, maxReceiveCount: MAX_RECEIVES, now, backOff: BACK_OFF };
    return queueHandler(read, () => policy);
  };
  const handlers = Array.from({ length: CONTAINERS }, container);
  let deliveries = 0;

  /** Works on whatever is visible, and turns the clock to what comes next, until this time. */
  async function workUntil(end: number): Promise<void> {
    for (;;) {
      const handler = handlers[deliveries++ % CONTAINERS] as (typeof handlers)[number];
      const { records } = await inbox.deliver(handler);
      if (records.length > 0) continue;
      const { wakesAt = Number.POSITIVE_INFINITY } = inbox.queue.contents();
      if (wakesAt > end) return void vi.setSystemTime(end);
      vi.setSystemTime(Math.max(wakesAt, Date.now() + 1));
    }
  }
  return { ...stageOf(inbox, world), stage, workUntil };
}

function stageOf(inbox: Inbox, world: ReturnType<typeof makeWorld>) {
  return {
    inbox,
    served: () => world.announced.filter(({ type }) => type === 'Room Created').length,
    living: () => world.kept().length,
  };
}

const OUTAGES: [string, () => Promise<Faults>][] = [
  [
    'a provider that answers 503',
    async () => PROVIDER_OUT(() => new ThrottledError('503', { retryAfter: 10 * SECOND, ambiguous: true })),
  ],
  ['a provider that does not answer', async () => PROVIDER_OUT(() => new AmbiguousOutcomeError('timed out'))],
  ['a provider that answers 401', async () => PROVIDER_OUT(() => new UnauthorizedError('401'))],
  [
    'a table that cannot be reached',
    async () => {
      const error = await unreachable();
      return (place) => (place === 'table' ? error : undefined);
    },
  ],
  [
    'a bus that takes nothing',
    async () => (place) => (place === 'bus' ? new NotAnnouncedError('ThrottlingException') : undefined),
  ],
];

describe.each(OUTAGES)('a day with %s', (_, faults) => {
  it('needs nobody afterwards: one message waits with under 80 attempts, and is served', async () => {
    const output = catchOutput();
    const { inbox, stage, workUntil, served, living } = await startStage();
    stage.faults = await faults();
    inbox.queue.send('alone');
    const start = Date.now();
    await workUntil(start + OUTAGE);
    expect(inbox.buried()).toEqual([]);
    expect(stage.attempts).toBeGreaterThan(50);
    expect(stage.attempts).toBeLessThan(80);
    stage.faults = () => undefined;
    await workUntil(start + OUTAGE + HOUR);
    expect([served(), living()]).toEqual([1, 1]);
    expect(inbox.queue.messages()).toEqual([]);
    expect(output.counted('DeadLettered')).toBe(0);
  });

  it('is over for fifteen messages within the hour, each served once', async () => {
    catchOutput();
    const { inbox, stage, workUntil, served, living } = await startStage();
    stage.faults = await faults();
    for (let nth = 0; nth < 15; nth += 1) inbox.queue.send(`room-${nth}`);
    const start = Date.now();
    await workUntil(start + OUTAGE);
    stage.faults = () => undefined;
    await workUntil(start + OUTAGE + HOUR);
    expect([served(), living()]).toEqual([15, 15]);
    expect(inbox.queue.messages()).toEqual([]);
    expect(inbox.buried()).toEqual([]);
  });
});

describe('a provider that does not answer', () => {
  it.each(['create', 'find'])(
    'is asked for "%s" once in a quarter of an hour, by all containers',
    async (operation) => {
      catchOutput();
      const { inbox, stage, workUntil } = await startStage();
      stage.faults = PROVIDER_OUT(() => new AmbiguousOutcomeError('timed out'));
      const start = Date.now();
      for (let hour = 0; hour < 8; hour += 1) {
        for (let nth = 0; nth < 20; nth += 1) inbox.queue.send(`room-${hour}-${nth}`);
        await workUntil(start + (hour + 1) * HOUR);
      }
      const late = stage.calls.filter((call) => call.operation === operation && call.at > start + 2 * HOUR);
      for (const [nth, { at }] of late.entries()) {
        const before = late[nth - 1];
        if (before) expect(at - before.at).toBeGreaterThanOrEqual(15 * MINUTE);
      }
      expect(late.length).toBeLessThanOrEqual(6 * 4 + 1);
    },
  );

  it('is asked again after a minute, however many calls were under way when it failed', async () => {
    const world = makeWorld();
    const store = memoryOutages();
    const answers = Array.from({ length: 20 }, () => Promise.withResolvers<never>());
    let asked = 0;
    const { protect } = circuits(store, world.context.now);
    const { create } = protect('first', {
      ...world.context.pool.provider('first'),
      create: () => answers[asked++]?.promise ?? Promise.reject(new Error('asked too often')),
    });
    const { settings } = aSpec();
    const order = { token: 'erabcde', settings, expiresAt: world.clock.now + DAY };
    const calls = answers.map(() => expect(create(order)).rejects.toThrow('timed out'));
    for (const [nth, { reject }] of answers.entries()) {
      reject(new AmbiguousOutcomeError('timed out'));
      await calls[nth];
    }
    expect(store.stored.open['first create']).toMatchObject({ probeAt: world.clock.now + MINUTE });
  });

  it('does not keep an operation waiting that succeeds', async () => {
    const { protect } = circuits(memoryOutages(), Date.now);
    const { context: roomContext } = makeWorld();
    const healthy = roomContext.pool.provider('first');
    const create = async () => {
      throw new AmbiguousOutcomeError('timed out');
    };
    const provider = protect('first', { ...healthy, create });
    for (let nth = 0; nth < 6; nth += 1) await provider.create({} as never).catch(() => {});
    await expect(provider.create({} as never)).rejects.toMatchObject({ code: 'throttled', ambiguous: false });
    await expect(provider.find('token')).resolves.toEqual([]);
  });
});

describe('a limit per day', () => {
  const PER_DAY = 5;
  const ASKED = 30;
  const nextDay = () => DAY - (Date.now() % DAY);

  /** A host that makes five rooms in a UTC day. */
  function limited(): { readonly faults: Faults } {
    let day = 0;
    let left = 0;
    return {
      faults(place, { name } = {}) {
        if (place !== 'provider' || name === undefined) return undefined;
        const today = Math.floor(Date.now() / DAY);
        if (today !== day) [day, left] = [today, PER_DAY];
        if (left-- > 0) return undefined;
        return new DailyLimitError('429', { retryAfter: nextDay(), ambiguous: false });
      },
    };
  }

  it('is waited for as long as it takes: a week of rooms is opened within the week', async () => {
    const output = catchOutput();
    const { inbox, stage, workUntil, served, living } = await startStage();
    stage.faults = limited().faults;
    for (let nth = 0; nth < ASKED; nth += 1) inbox.queue.send(`room-${nth}`);
    const start = Date.now();
    await workUntil(start + (ASKED / PER_DAY) * DAY);
    expect([served(), living()]).toEqual([ASKED, ASKED]);
    expect(inbox.queue.messages()).toEqual([]);
    expect(output.counted('DeadLettered')).toBe(0);
    // most of a day nobody asks
    expect(stage.attempts).toBeLessThan(ASKED * 4 * (ASKED / PER_DAY));
  });

  it('leaves the time of an outage to whoever has waited for days', async () => {
    catchOutput();
    const { inbox, stage, workUntil, served } = await startStage();
    const used = {
      faults: PROVIDER_OUT(() => new DailyLimitError('429', { retryAfter: nextDay(), ambiguous: false })),
    };
    stage.faults = used.faults;
    inbox.queue.send('alone');
    const start = Date.now();
    await workUntil(start + 5 * DAY);
    stage.faults = PROVIDER_OUT(() => new AmbiguousOutcomeError('timed out'));
    await workUntil(start + 5 * DAY + OUTAGE);
    expect(inbox.buried()).toEqual([]);
    stage.faults = () => undefined;
    await workUntil(start + 5 * DAY + OUTAGE + HOUR);
    expect(served()).toBe(1);
  });
});

describe('poison', () => {
  it('goes to the dead-letter queue while others are served', async () => {
    const output = catchOutput();
    const { inbox, stage, workUntil, served } = await startStage();
    stage.faults = (place, { name } = {}) =>
      place === 'provider' && name === 'poison' ? new AmbiguousOutcomeError('500') : undefined;
    inbox.queue.send('poison');
    const start = Date.now();
    for (let hour = 0; hour < 8; hour += 1) {
      for (let nth = 0; nth < 20; nth += 1) inbox.queue.send(`room-${hour}-${nth}`);
      await workUntil(start + (hour + 1) * HOUR);
    }
    expect(served()).toBe(160);
    expect(inbox.buried()).toMatchObject([
      {
        body: 'poison',
        attributes: {
          failureReason: expect.stringMatching(/^failed 1\d times, the last time because: 500$/),
        },
      },
    ]);
    expect(output.counted('DeadLettered')).toBe(1);
  });

  it('is what the provider refuses, in an outage of the others too', async () => {
    catchOutput();
    const { inbox, stage, workUntil } = await startStage();
    stage.faults = PROVIDER_OUT(() => new ProviderRefusedError('400'));
    inbox.queue.send('refused');
    await workUntil(Date.now() + MINUTE);
    expect(inbox.buried()).toHaveLength(1);
  });

  it('is what nothing else proves after two days', async () => {
    catchOutput();
    const { inbox, stage, workUntil } = await startStage();
    stage.faults = PROVIDER_OUT(() => new AmbiguousOutcomeError('500'));
    inbox.queue.send('alone');
    const start = Date.now();
    await workUntil(start + 2 * DAY - HOUR);
    expect(inbox.buried()).toEqual([]);
    await workUntil(start + 2 * DAY + HOUR);
    expect(inbox.buried()).toHaveLength(1);
  });
});
