import { describe, expect, it } from 'vitest';
import { ListPart, type ListPosition } from '../../../functions/rooms/fleet/list-part.ts';
import { aLiveRoom, START } from '../../support/rooms.ts';

const page = (...ages: number[]) =>
  ages.map((age) => ({ ...aLiveRoom({ createdAt: START + age }), available: true, settings: {} }));

/** A part of one page, after which the list goes on at `cursor` if it is given. */
function part(ages: readonly number[], { from, cursor }: { from?: ListPosition; cursor?: string } = {}) {
  const list = new ListPart(from);
  if (cursor !== undefined) list.reached(cursor);
  list.add(page(...ages));
  if (cursor === undefined) list.end();
  return list;
}

const position = (order: ListPosition['order'], edge = 10): ListPosition => ({
  cursor: 'a',
  edge: START + edge,
  order,
  seenAt: START,
});
const covered = (list: ListPart, ages: readonly number[]) => {
  const covers = list.coverage();
  return ages.filter((age) => covers(START + age));
};

describe('the position at which the next part begins', () => {
  it.each([
    [[1, 2, 2, 3], 'rises', 3],
    [[3, 3, 2, 1], 'falls', 1],
    [[3, 1, 2], undefined, 2],
    [[5], undefined, 5],
    [[5, 5], undefined, 5],
  ])('after %j says the order of the rooms, if they have one', (ages, order, edge) => {
    expect(part(ages, { cursor: 'b' }).next(START)).toEqual({
      cursor: 'b',
      edge: START + edge,
      order,
      seenAt: START,
    });
  });

  it('is none where the list is over', () => {
    expect(part([1, 2]).next(START)).toBeUndefined();
  });

  it('keeps the order of the parts before it', () => {
    for (const order of ['rises', 'falls'] as const) {
      expect(part([10], { from: position(order), cursor: 'b' }).next(START)).toMatchObject({ order });
    }
  });
});

describe('the rooms that a part would have shown', () => {
  const AGES = [0, 9, 10, 11, 20, 21];

  it('are all, where it is the whole list', () => {
    expect(covered(part([3, 1, 2]), AGES)).toEqual(AGES);
  });

  it('are those between its edges, and none at an edge', () => {
    expect(covered(part([11, 20], { from: position('rises'), cursor: 'b' }), AGES)).toEqual([11]);
    expect(covered(part([9, 0], { from: position('falls'), cursor: 'b' }), AGES)).toEqual([9]);
    expect(covered(part([11, 20], { from: position('rises') }), AGES)).toEqual([11, 20, 21]);
    expect(covered(part([10, 20], { cursor: 'b' }), AGES)).toEqual([0, 9, 10, 11]);
  });

  it('are known by the order of the parts before it, where it has too few to tell', () => {
    expect(covered(part([10], { from: position('rises') }), AGES)).toEqual([11, 20, 21]);
    expect(covered(part([10], { from: position('falls') }), AGES)).toEqual([0, 9]);
  });

  it('are none where the rooms are in no order', () => {
    expect(covered(part([3, 1, 2], { cursor: 'b' }), AGES)).toEqual([]);
    expect(covered(part([12, 11], { from: position('rises') }), AGES)).toEqual([]);
  });
});
