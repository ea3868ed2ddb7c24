import { describe, expect, it } from 'vitest';
import { DUE_SHARDS } from '../../../functions/adapters/tables/rooms-table.ts';
import { readPlanTask, writePlanTask } from '../../../functions/requests/tasks/plan-task.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import {
  type Planning,
  type PlanReport,
  type PlanTask,
  planRotation,
} from '../../../functions/rooms/fleet/plan.ts';
import type { DelayedOrder } from '../../../functions/rooms/model/ports.ts';
import type { Room } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/rooms/model/time.ts';
import { memoryRooms } from '../../support/memory-rooms.ts';
import { aLiveRoom, aRoom, START } from '../../support/rooms.ts';
import { aRequest, makeWorld } from '../../support/world.ts';

const GAP = 25 * HOUR;

/** A planner over rows that are put into the table as they are. */
function makePlanner(more: Partial<Planning> & { readonly duePage?: number } = {}) {
  const rooms = memoryRooms(more.duePage);
  const sent: DelayedOrder[] = [];
  const planning: Planning = {
    rooms,
    rotations: { send: async (orders) => void sent.push(...orders) },
    now: () => START,
    timeLeft: () => 5 * MINUTE,
    shards: DUE_SHARDS,
    perRun: 500,
    spread: 15 * MINUTE,
    longestGap: GAP,
    ...more,
  };
  return {
    rooms,
    sent,
    keys: () => sent.map(({ order }) => order.key),
    plan: (task: PlanTask = {}) => planRotation(task, planning),
    /** A room that fell due so long ago and is about to end in so long. */
    put(key: string, overdue: number, room: Partial<Room> & { readonly application?: string } = {}) {
      const { application = 'first', ...rest } = room;
      const times = { renewAt: START - overdue, dueAt: START - overdue, emergencyAt: START + 3 * DAY };
      rooms.rows.set(key, aRoom({ key, current: aLiveRoom({ application }), ...times, ...rest }));
    },
  };
}

/** Enough time for so many rounds, a page of each shard each, in every invocation. */
function roundsOf(rounds: number) {
  let asked = 0;
  return () => {
    asked = (asked + 1) % (rounds + 1);
    return asked === 0 ? 9_000 : 11_000;
  };
}

describe('planning', () => {
  it('nominates the rooms that are due, and no others', async () => {
    const { plan, put, keys, sent } = makePlanner();
    put('due', HOUR);
    put('now', 0);
    put('tomorrow', -DAY);
    put('resting', HOUR, { dueAt: START + MINUTE });
    put('ending', HOUR, { state: 'ending', renewAt: undefined, dueAt: undefined, emergencyAt: undefined });
    const report = await plan();
    expect(keys()).toEqual(['due', 'now']);
    expect(sent[0]?.order).toEqual({ key: 'due', generation: 1, cause: 'due' });
    expect(report).toEqual({
      due: 2,
      nominated: 2,
      deferred: 0,
      emergencies: 0,
      heldEmergencies: 0,
      oldestOverdue: HOUR,
      rest: undefined,
    });
  });

  it('reports a run without work as a run', async () => {
    expect(await makePlanner().plan()).toMatchObject({ due: 0, oldestOverdue: 0, rest: undefined });
  });

  it('begins a round with ten seconds left, and none with less', async () => {
    for (const [timeLeft, due] of [
      [10_000, 1],
      [9_999, 0],
    ] as const) {
      const { plan, put } = makePlanner({ timeLeft: () => timeLeft });
      put('due', HOUR);
      expect(await plan()).toMatchObject({ due });
    }
  });

  it('reports an emergency where a run of the schedule has missed the room', async () => {
    const { plan, put } = makePlanner();
    put('missed', GAP + 1, { emergencyAt: START });
    put('in time', GAP, { emergencyAt: START });
    expect(await plan()).toMatchObject({ nominated: 2, emergencies: 1 });
  });

  it('reads all shards at once', async () => {
    let waiting = 0;
    let release = () => {};
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    const due = async () => {
      waiting += 1;
      if (waiting === DUE_SHARDS) release();
      await all;
      return { items: [] };
    };
    expect(await makePlanner({ rooms: { due } }).plan()).toMatchObject({ due: 0 });
  });

  it('does not nominate a held room, and counts it once it is about to end', async () => {
    const { plan, put, keys } = makePlanner();
    put('held', 10 * DAY, { state: 'held', dueAt: START - HOUR, emergencyAt: START - HOUR });
    expect(await plan()).toMatchObject({ due: 0, heldEmergencies: 1, emergencies: 0 });
    expect(keys()).toEqual([]);
  });

  it('nominates a room whose making crashed', async () => {
    const { plan, put, keys } = makePlanner();
    put('crashed', HOUR, { state: 'opening' });
    await plan();
    expect(keys()).toEqual(['crashed']);
  });
});

describe('spreading', () => {
  it('delays rooms over the time that is given, each by the same in every run', async () => {
    const { plan, put, sent } = makePlanner();
    for (let room = 0; room < 200; room += 1) put(`room-${room}`, HOUR);
    await plan();
    const delays = new Map(sent.map(({ order, delay }) => [order.key, delay]));
    expect(Math.min(...delays.values())).toBeLessThan(MINUTE);
    expect(Math.max(...delays.values())).toBeGreaterThan(14 * MINUTE);
    expect(Math.max(...delays.values())).toBeLessThan(15 * MINUTE);
    sent.length = 0;
    await plan();
    expect(new Map(sent.map(({ order, delay }) => [order.key, delay]))).toEqual(delays);
  });

  it('gives each application its share of a run, to the rooms that can wait least', async () => {
    const { plan, put, keys } = makePlanner({ perRun: 3 });
    for (let room = 0; room < 40; room += 1) {
      put(`one-${room}`, (room + 1) * MINUTE, { application: 'one' });
      const emergencyAt = START + 3 * DAY + (room % 4 === 0 ? 0 : HOUR);
      put(`two-${room}`, (room + 1) * MINUTE, { application: 'two', emergencyAt });
    }
    expect(await plan()).toMatchObject({ due: 80, nominated: 6, deferred: 74 });
    expect(keys().sort()).toEqual(['one-37', 'one-38', 'one-39', 'two-28', 'two-32', 'two-36']);
  });

  it('counts the share over all invocations of a run, not from anew in each', async () => {
    const { plan, put, sent } = makePlanner({ perRun: 5, duePage: 1, timeLeft: roundsOf(1) });
    for (let room = 0; room < 100; room += 1) put(`room-${room}`, HOUR);
    const reports = await planToTheEnd(plan);
    expect(reports.length).toBeGreaterThan(3);
    expect(sent).toHaveLength(5);
    expect(sum(reports, 'deferred')).toBe(95);
  });

  it('never defers a room that the next run may come too late for', async () => {
    const { plan, put, keys, sent } = makePlanner({ perRun: 1 });
    put('patient', 3 * HOUR);
    put('patient too', 2 * HOUR);
    put('last run', HOUR, { emergencyAt: START });
    expect(await plan()).toMatchObject({ due: 3, nominated: 2, deferred: 1, emergencies: 0 });
    expect(keys()).toEqual(['last run', 'patient']);
    expect(sent.every(({ delay }) => delay > 0)).toBe(true);
  });

  it('sends emergencies first, at once and beyond the share', async () => {
    const { plan, put, keys, sent } = makePlanner({ perRun: 1 });
    put('patient', 5 * HOUR);
    put('failed all night', 3 * DAY, { dueAt: START - MINUTE, emergencyAt: START - HOUR });
    put('missed', GAP + HOUR, { emergencyAt: START - 2 * HOUR });
    const report = await plan();
    expect(report).toMatchObject({ nominated: 3, deferred: 0, emergencies: 2, oldestOverdue: 3 * DAY });
    expect(keys()).toEqual(['missed', 'failed all night', 'patient']);
    expect(sent.map(({ delay }) => delay > 0)).toEqual([false, false, true]);
  });
});

describe('a planner whose time runs out', () => {
  it('hands on where it stopped, and its successors finish, each room once', async () => {
    const { plan, put, keys } = makePlanner({ duePage: 2, timeLeft: roundsOf(2) });
    for (let room = 0; room < 300; room += 1) put(`room-${room}`, room * MINUTE);
    const reports = await planToTheEnd(plan);
    expect(reports.length).toBeGreaterThan(4);
    expect(sum(reports, 'due')).toBe(300);
    expect(keys()).toHaveLength(300);
    expect(new Set(keys()).size).toBe(300);
  });

  it('looks at what was due when the run began, so that a run ends', async () => {
    let clock = START;
    const { plan, put, keys } = makePlanner({ duePage: 1, timeLeft: roundsOf(1), now: () => clock });
    for (let room = 0; room < 40; room += 1) put(`room-${room}`, HOUR);
    const first = await plan();
    for (let room = 0; room < 40; room += 1) put(`late-${room}`, -MINUTE);
    clock += HOUR;
    await planToTheEnd(plan, first.rest);
    expect(keys()).toHaveLength(40);
    await planToTheEnd(plan);
    expect(keys()).toHaveLength(120);
  });

  it('hands on everything where there is time for nothing', async () => {
    const { plan, put, keys } = makePlanner({ timeLeft: () => 9_999 });
    put('due', HOUR);
    const { rest } = await plan();
    expect(keys()).toEqual([]);
    expect(rest?.shards).toHaveLength(DUE_SHARDS);
  });

  it('hands on a message that the queue takes, of as many applications as a pool may have', () => {
    const cursor = JSON.stringify({
      roomKey: 'k'.repeat(128),
      entry: 'room',
      dueShard: 15,
      dueAt: new Date(START).toISOString(),
    });
    const task: PlanTask = {
      before: START,
      shards: Array.from({ length: DUE_SHARDS }, (_, shard) => ({ shard, cursor })),
      nominated: Object.fromEntries(
        Array.from({ length: 2000 }, (_, index) => [`application-${index}`.padEnd(60, 'x'), 500]),
      ),
    };
    const message = writePlanTask(task);
    expect(Buffer.byteLength(message)).toBeLessThan(256 * 1024);
    expect(readPlanTask(message)).toEqual(task);
  });
});

describe('a plan that is carried out twice', () => {
  it('rotates each room once, whether two runs overlap or a message is delivered twice', async () => {
    const { context, clock, providers, rotations, row } = makeWorld();
    const keys = Array.from({ length: 20 }, (_, index) => `room-${index}`);
    for (const key of keys) await ensureRoom(aRequest({ key }), context);
    clock.now += 84 * DAY;
    const planning: Planning = {
      ...context,
      rotations,
      timeLeft: () => 5 * MINUTE,
      shards: DUE_SHARDS,
      perRun: 500,
      spread: 0,
      longestGap: GAP,
    };
    await Promise.all([planRotation({}, planning), planRotation({}, planning)]);
    expect(rotations.sent).toHaveLength(40);
    const outcomes = [];
    for (const { order } of [...rotations.sent, ...rotations.sent]) {
      outcomes.push((await rotateRoom(order, context)).outcome);
    }
    expect(outcomes.filter((outcome) => outcome === 'rotated')).toHaveLength(20);
    expect(outcomes.filter((outcome) => outcome === 'outdated')).toHaveLength(60);
    expect(providers.first?.calls.create).toBe(40);
    expect(new Set(keys.map((key) => row(key).generation))).toEqual(new Set([2]));
    expect(await planRotation({}, planning)).toMatchObject({ due: 0 });
  });
});

/** Runs a plan and all its successors, each reading the message of the one before. */
async function planToTheEnd(plan: (task?: PlanTask) => Promise<PlanReport>, task: PlanTask = {}) {
  const reports: PlanReport[] = [];
  for (let rest: PlanTask | undefined = task; rest; rest = reports.at(-1)?.rest) {
    reports.push(await plan(readPlanTask(writePlanTask(rest))));
    if (reports.length > 1000) throw new Error('the plan does not end');
  }
  return reports;
}

function sum(reports: readonly PlanReport[], name: 'due' | 'deferred'): number {
  return reports.reduce((total, report) => total + report[name], 0);
}
