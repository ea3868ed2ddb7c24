import { describe, expect, test } from 'vitest';
import { Counter, DAYS, LIFE_LEFT, type Snapshot } from '../../cli/console/snapshot.ts';
import { tablePage } from '../../cli/console/table-page.ts';
import type { Deployment } from '../../cli/deployment/deployment.ts';
import type { Room } from '../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../functions/rooms/model/time.ts';
import { memoryRooms } from '../support/memory-rooms.ts';
import { aLiveRoom, aRoom, START } from '../support/rooms.ts';

/** A deployment with one application, `first`, and rooms that are put into its table. */
async function deploymentWith(rooms: readonly Partial<Room>[]) {
  const store = memoryRooms();
  for (const [index, room] of rooms.entries()) await store.write(aRoom({ key: `room-${index}`, ...room }));
  // what a count asks of a deployment, and no more
  const deployment = {
    rooms: store,
    applications: [{ name: 'first' }],
    now: () => START,
  } as unknown as Deployment;
  return { store, deployment };
}

async function countOf(deployment: Deployment): Promise<Snapshot | undefined> {
  const counter = new Counter(deployment);
  counter.start();
  await counter.finished();
  return counter.count.last;
}

const ending = (left: number) => ({ current: aLiveRoom({ expiresAt: START + left }) });

describe('a count', () => {
  test('has every room by its state, its application and its life left', async () => {
    const { deployment } = await deploymentWith([
      ending(HOUR),
      ending(DAY),
      ending(400 * DAY),
      { ...ending(-HOUR), state: 'ending' },
      { state: 'cancelled', current: undefined },
    ]);
    const { states, applications, lifeLeft } = (await countOf(deployment)) ?? {};
    expect(states).toEqual(
      new Map([
        ['active', 3],
        ['ending', 1],
        ['cancelled', 1],
      ]),
    );
    expect(applications).toEqual(new Map([['first', 3]]));
    const byLabel = LIFE_LEFT.flatMap(([label], i) => (lifeLeft?.[i] ? [[label, lifeLeft[i]]] : []));
    expect(byLabel).toEqual([
      ['< 1 d', 1],
      ['1–3 d', 1],
      ['> 1 y', 1],
    ]);
  });

  test('has rooms that end beside the current one, which their provider counts', async () => {
    const { renewedAt: _renewedAt, ...previous } = aLiveRoom({ id: 'older', expiresAt: START + DAY });
    const over = { ...previous, expiresAt: START - DAY };
    const { deployment } = await deploymentWith([{ previous }, { previous: over }]);
    const { applications, ending } = (await countOf(deployment)) ?? {};
    expect([applications, ending]).toEqual([new Map([['first', 2]]), new Map([['first', 1]])]);
  });

  // it begins at noon
  test.each([
    ['overdue', -3 * DAY, 0],
    ['due before midnight', 12 * HOUR - 1, 0],
    ['due at midnight', 12 * HOUR, 1],
    ['due on the last of the days', 29 * DAY, DAYS - 1],
    ['due later', 30 * DAY, undefined],
  ])('has a room that is %s in the night of its day in UTC', async (_, left, night) => {
    const { deployment } = await deploymentWith([{ dueAt: START + left, renewAt: START + left }]);
    const { due = [] } = (await countOf(deployment)) ?? {};
    expect(due.flatMap((count, i) => (count > 0 ? [i] : []))).toEqual(night === undefined ? [] : [night]);
  });

  test.each([
    ['today', -HOUR, DAYS - 1],
    ['yesterday', -13 * HOUR, DAYS - 2],
    ['30 days ago', -30 * DAY, undefined],
  ])('has a generation that was replaced %s on its day', async (_, ago, day) => {
    const { store, deployment } = await deploymentWith([]);
    await store.archive({
      key: 'old',
      generation: 1,
      application: 'first',
      roomId: 'one',
      openedAt: START - 90 * DAY,
      expiresAt: START,
      replacedAt: START + ago,
      reason: 'renewal',
    });
    const { renewed = [] } = (await countOf(deployment)) ?? {};
    expect(renewed.flatMap((count, i) => (count > 0 ? [i] : []))).toEqual(day === undefined ? [] : [day]);
  });

  test('names fifty of the rooms in trouble, and counts them all', async () => {
    const { deployment } = await deploymentWith(Array.from({ length: 60 }, () => ending(-HOUR)));
    const { troubled, worst } = (await countOf(deployment)) ?? {};
    expect([troubled, worst?.length]).toEqual([60, 50]);
    expect(worst?.[0]?.problem.what).toContain('its room ended 60 min ago');
  });

  test('that fails says why, and keeps the pictures of the one before', async () => {
    const { store, deployment } = await deploymentWith([{}]);
    let isAway = false;
    const scan: typeof store.scan = async (...page) => {
      if (isAway) throw new Error('the table does not answer');
      return store.scan(...page);
    };
    const counter = new Counter({
      ...deployment,
      rooms: { ...store, scan } as unknown as Deployment['rooms'],
    });
    counter.start();
    await counter.finished();
    isAway = true;
    counter.start();
    await counter.finished();
    expect(counter.count).toMatchObject({ isCounting: false, failure: 'the table does not answer' });
    expect(counter.count.last?.states.get('active')).toBe(1);
  });
});

describe('a page of the table', () => {
  test('of a filter that fits nothing ends after some rows, and the next page goes on from there', async () => {
    const { store } = await deploymentWith(Array.from({ length: 3000 }, () => ({})));
    const first = await tablePage(store, { state: 'held' });
    expect([first.rooms, first.read]).toEqual([[], 2550]);
    const second = await tablePage(store, { state: 'held' }, first.cursor);
    expect(second).toEqual({ rooms: [], read: 450, cursor: undefined });
  });

  test('of no filter is read by one call', async () => {
    const { store } = await deploymentWith(Array.from({ length: 120 }, () => ({})));
    const { rooms, read } = await tablePage(store, {});
    expect([rooms.length, read]).toEqual([50, 50]);
  });
});
