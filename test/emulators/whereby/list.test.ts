import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WherebyOptions } from '../../../emulators/whereby/whereby.ts';
import { HOUR } from '../support/clock.ts';
import { ask, clock, create, ids, OTHER_KEY, start, whereby } from '../support/whereby.ts';

beforeEach(() => start());
afterEach(() => whereby.close());

describe('GET /meetings', () => {
  const collect = async (query: string) => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await ask('GET', `/meetings?${query}&cursor=${cursor}`);
      seen.push(...ids(body));
      cursor = body.cursor;
    }
    return seen;
  };

  test.each(['oldest', 'newest', 'shuffled'] as const)(
    'shows every meeting once, %s first, page by page',
    async (listOrder) => {
      await start({ switches: { listOrder } });
      const made: string[] = [];
      for (let count = 0; count < 7; count += 1) made.push((await create()).body.meetingId);
      await create({}, OTHER_KEY);
      const seen = await collect('limit=3');
      expect(seen.toSorted()).toEqual(made.toSorted());
      if (listOrder === 'oldest') expect(seen).toEqual(made);
      if (listOrder === 'newest') expect(seen).toEqual(made.toReversed());
      if (listOrder === 'shuffled') expect([made, made.toReversed()]).not.toContainEqual(seen);
    },
  );

  test('skips and repeats nothing when a meeting is deleted between two pages', async () => {
    const made: string[] = [];
    for (let count = 0; count < 4; count += 1) made.push((await create()).body.meetingId);
    const first = await ask('GET', '/meetings?limit=2');
    await ask('DELETE', `/meetings/${made[1]}`);
    const second = await ask('GET', `/meetings?limit=2&cursor=${first.body.cursor}`);
    expect(ids(second.body)).toEqual(made.slice(2));
    expect(second.body.cursor).toBeNull();
  });

  test('has pages of 50 unless asked, and 100 at most', async () => {
    for (let count = 0; count < 51; count += 1) await create();
    expect((await ask('GET', '/meetings')).body.results).toHaveLength(50);
    expect((await ask('GET', '/meetings?limit=100')).body.results).toHaveLength(51);
    for (const limit of ['0', '101', 'x'])
      expect((await ask('GET', `/meetings?limit=${limit}`)).status).toBe(400);
    expect((await ask('GET', '/meetings?cursor=nonsense')).status).toBe(400);
  });

  test.each([
    ['honoured', 1],
    ['ignored', 2],
    ['refused', 0],
  ] as const)('has its filter by prefix %s', async (listFilter, count) => {
    await start({ switches: { listFilter } });
    await create({ roomNamePrefix: 'token-' });
    await create({ roomNamePrefix: 'other-' });
    const reply = await ask('GET', '/meetings?roomName[startsWith]=/token-');
    if (listFilter === 'refused') expect(reply.status).toBe(400);
    else expect(reply.body.results).toHaveLength(count);
  });

  test('shows meetings that are over, or deleted, where its switches say so', async () => {
    const listed = async (switches: WherebyOptions['switches']) => {
      await start({ switches });
      const over = (await create({ endDate: clock.in(HOUR) })).body.meetingId;
      const deleted = (await create()).body.meetingId;
      await ask('DELETE', `/meetings/${deleted}`);
      clock.pass(HOUR);
      const { body } = await ask('GET', '/meetings');
      return [ids(body).includes(over), ids(body).includes(deleted)];
    };
    expect(await listed({})).toEqual([true, false]);
    expect(await listed({ expiredListed: false })).toEqual([false, false]);
    expect(await listed({ deletedListed: true })).toEqual([true, true]);
  });
});
