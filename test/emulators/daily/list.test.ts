import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, clock, create, daily, ids, OTHER_KEY, start } from '../support/daily.ts';

beforeEach(() => start());
afterEach(() => daily.close());

describe('GET /rooms', () => {
  const fill = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      await create(`room-${index}`);
      if (index % 3 === 0) clock.pass(1000);
    }
    const newest = daily.rooms('first').toReversed();
    return newest
      .toSorted((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1))
      .map(({ id }) => id);
  };

  test('shows the newest first, page by page, until there is no more', async () => {
    const wanted = await fill(7);
    await ask('POST', '/rooms', {}, OTHER_KEY);
    const seen: string[] = [];
    for (let last: string | undefined; ; last = seen.at(-1)) {
      const { body } = await ask('GET', `/rooms?limit=3${last ? `&starting_after=${last}` : ''}`);
      expect(body.total_count).toBe(7);
      if (body.data.length === 0) break;
      seen.push(...ids(body));
    }
    expect(seen).toEqual(wanted);
  });

  test('goes back with ending_before, and to the end with OLDEST', async () => {
    const wanted = await fill(6);
    expect(ids((await ask('GET', `/rooms?limit=2&ending_before=${wanted[3]}`)).body)).toEqual(
      wanted.slice(1, 3),
    );
    expect(ids((await ask('GET', '/rooms?limit=2&ending_before=OLDEST')).body)).toEqual(wanted.slice(-2));
  });

  test.each([
    ['works', 200],
    ['refused', 400],
  ] as const)('with a cursor whose room was deleted: %s', async (cursorOfDeletedRoom, status) => {
    await start({ switches: { cursorOfDeletedRoom } });
    const wanted = await fill(4);
    const deleted = daily.rooms().find(({ id }) => id === wanted[1]);
    await ask('DELETE', `/rooms/${deleted?.name}`);
    const reply = await ask('GET', `/rooms?starting_after=${wanted[1]}`);
    expect(reply.status).toBe(status);
    if (status === 200) expect(ids(reply.body)).toEqual(wanted.slice(2));
  });

  test('has pages of 100 at most', async () => {
    for (let index = 0; index < 101; index += 1) await create(`room-${index}`);
    expect((await ask('GET', '/rooms')).body.data).toHaveLength(100);
    expect((await ask('GET', '/rooms?limit=500')).body.data).toHaveLength(100);
    await start({ switches: { tooLargeLimit: 'refuse' } });
    expect((await ask('GET', '/rooms?limit=101')).status).toBe(400);
    expect((await ask('GET', '/rooms?limit=0')).status).toBe(400);
    expect((await ask('GET', '/rooms?starting_after=nobody')).status).toBe(400);
  });
});
