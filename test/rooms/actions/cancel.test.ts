import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { AmbiguousOutcomeError } from '../../../functions/rooms/model/errors.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import { failNext, providerOf } from '../../support/faulty.ts';
import { mortal } from '../../support/mortal.ts';
import { aSpec } from '../../support/rooms.ts';
import { aRequest, makeWorld } from '../../support/world.ts';

const named = (display_name: string) => aRequest({ spec: aSpec({ settings: { display_name } }) });
const aCancellation = (more = {}) => aRequest({ action: 'cancel', ...more });

describe('cancelling a room', () => {
  it('ends every room of the key that still lives, each once', async () => {
    const world = makeWorld();
    for (const name of ['a', 'b', 'c', 'd']) await ensureRoom(named(name), world.context);
    expect(world.kept()).toHaveLength(4);
    expect((await cancelRoom(aCancellation(), world.context)).outcome).toBe('cancelled');
    expect(world.kept()).toEqual([]);
    expect(providerOf(world).calls.retire).toBe(4);
    expect(world.row('weekly')).toMatchObject({ state: 'cancelled', current: undefined, dueAt: undefined });
    expect(world.row('weekly').warnings).toEqual([]);
    expect(world.announced.at(-1)).toMatchObject({ type: 'Room Cancelled', reason: 'requested' });
    const history = await world.rooms.history('weekly');
    expect(history).toHaveLength(4);
    expect(history.at(-1)).toMatchObject({ reason: 'cancelled', expiresAt: world.clock.now });
  });

  it('ends the earlier rooms of the row, also where its history is read before they are in it', async () => {
    const world = makeWorld();
    for (const name of ['a', 'b', 'c']) await ensureRoom(named(name), world.context);
    const rooms = { ...world.context.rooms, history: async () => [] };
    await cancelRoom(aCancellation(), { ...world.context, rooms });
    expect(world.kept()).toEqual([]);
  });

  it('leaves an older generation alone from the moment of its end on', async () => {
    const world = makeWorld();
    for (const name of ['a', 'b', 'c']) await ensureRoom(named(name), world.context);
    // the first two ended early, one of them at this moment
    const ends = [world.clock.now, world.clock.now + HOUR];
    const row = world.row('weekly');
    const past = row.past?.map((each, nth) => ({ ...each, expiresAt: ends[nth] ?? 0 }));
    await world.rooms.write({ ...row, past });
    await cancelRoom(aCancellation(), world.context);
    expect(world.row('weekly').retirees.map(({ id }) => id)).toEqual(['first-3', 'first-2']);
  });

  it('keeps the ids to write back to the calendar, or takes newer ones', async () => {
    for (const [origin, kept] of [
      [undefined, 'old'],
      [{ calendarId: 'new' }, 'new'],
    ] as const) {
      const world = makeWorld();
      await ensureRoom(aRequest({ origin: { calendarId: 'old' } }), world.context);
      await cancelRoom(aCancellation({ origin }), world.context);
      expect(world.row('weekly').origin).toEqual({ calendarId: kept });
    }
  });

  it('leaves rooms alone that ended by themselves', async () => {
    const world = makeWorld();
    await ensureRoom(aRequest({ spec: aSpec({ lifetime: DAY, renewal: { mode: 'none' } }) }), world.context);
    world.clock.now += 2 * DAY;
    await cancelRoom(aCancellation(), world.context);
    expect(providerOf(world).calls.retire).toBeUndefined();
    expect(world.announced.at(-1)).toMatchObject({ type: 'Room Cancelled' });
  });

  it('records and announces before it touches a room', async () => {
    const world = makeWorld();
    await ensureRoom(aRequest(), world.context);
    const { ports, steps } = mortal(world.context);
    await cancelRoom(aCancellation(), ports);
    expect(steps).toEqual([
      'rooms.read',
      'rooms.write',
      'links.write',
      'events.announce',
      'provider.retire',
      'rooms.write',
    ]);
  });

  it('leaves a tombstone also where nobody ever asked, so that a late request finds it is outdated', async () => {
    const world = makeWorld();
    const late = aRequest();
    expect((await cancelRoom(aCancellation(), world.context)).outcome).toBe('cancelled');
    expect((await ensureRoom(late, world.context)).outcome).toBe('outdated');
    expect(world.row('weekly')).toMatchObject({ state: 'cancelled', generation: 0 });
    expect(world.row('weekly').warnings).toEqual([
      expect.stringMatching(/room weekly was cancelled before any request/),
    ]);
    expect(world.announced).toMatchObject([{ type: 'Room Cancelled', generation: 0 }]);
    expect(providerOf(world).made).toEqual([]);
  });

  it('says nothing of a key that a calendar cancels and nobody knows', async () => {
    const world = makeWorld();
    await cancelRoom(aCancellation({ news: { occurrences: [] } }), world.context);
    expect([world.announced, world.row('weekly').warnings]).toEqual([[], []]);
  });

  it('wins over a request of the same instant, in whatever order they come', async () => {
    for (const order of ['ensure first', 'cancel first']) {
      const world = makeWorld();
      const ensure = () => ensureRoom(aRequest({ at: 7 }), world.context);
      const cancel = () => cancelRoom(aCancellation({ at: 7 }), world.context);
      for (const act of order === 'ensure first' ? [ensure, cancel] : [cancel, ensure]) await act();
      expect(world.row('weekly').state, order).toBe('cancelled');
      expect(world.kept(), order).toEqual([]);
    }
  });

  it('is told once, however often it is asked for', async () => {
    const world = makeWorld();
    await ensureRoom(aRequest(), world.context);
    const request = aCancellation();
    await cancelRoom(request, world.context);
    const { revision } = world.row('weekly');
    expect((await cancelRoom(request, world.context)).outcome).toBe('unchanged');
    expect(world.row('weekly').revision).toBe(revision);
    expect((await cancelRoom(aCancellation(), world.context)).outcome).toBe('unchanged');
    expect(world.announced.filter(({ type }) => type === 'Room Cancelled')).toHaveLength(1);
  });

  it('ends the room of an attempt that got no answer', async () => {
    const world = makeWorld();
    failNext(world, 'create', new AmbiguousOutcomeError('reset'), 'after');
    await expect(ensureRoom(aRequest(), world.context)).rejects.toThrow();
    expect((await cancelRoom(aCancellation(), world.context)).outcome).toBe('cancelled');
    expect(world.kept()).toEqual([]);
  });

  it('does not keep newer news from opening the next generation', async () => {
    const world = makeWorld();
    await ensureRoom(aRequest(), world.context);
    await cancelRoom(aCancellation(), world.context);
    world.clock.now += HOUR;
    expect((await ensureRoom(aRequest(), world.context)).outcome).toBe('created');
    expect(world.row('weekly')).toMatchObject({ state: 'active', generation: 2, current: { id: 'first-2' } });
    expect(world.announced.at(-1)).toMatchObject({ type: 'Room Created', generation: 2 });
  });
});
