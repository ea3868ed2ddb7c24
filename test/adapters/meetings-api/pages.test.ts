import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Answer, ReceivedCall } from '../loopback.ts';
import { type MeetingsApiBench, meetingsApiBench, roomBody, TOKEN } from './bench.ts';

let bench: MeetingsApiBench;

beforeEach(async () => {
  bench = await meetingsApiBench();
});

afterEach(() => bench.close());

const FIRST_SERIAL = 2006000;

interface ListOptions {
  readonly rooms: number;
  /** Positions, from 0, of rooms that carry the token. */
  readonly ours?: readonly number[];
  readonly largestPage?: number;
  readonly shape?: (page: PageBody, call: ReceivedCall) => unknown;
}

type PageBody = ReturnType<typeof pageBody>;

function pageBody(rooms: object[], pageSize: number, total: number, last: number) {
  const link = (id: number) => ({
    href: `api-eu.vonage.com/meetings/rooms?page_size=${pageSize}&start_id=${id}`,
  });
  return {
    page_size: String(pageSize),
    _embedded: rooms,
    _links: { first: link(0), next: link(last) },
    total_items: total,
  };
}

/** A list as the contract has it: exclusive serial numbers, a `next` on every page, links without a scheme. */
function listing({ rooms: count, ours = [], largestPage = 1000, shape = (page) => page }: ListOptions) {
  return (call: ReceivedCall): Answer => {
    const pageSize = Math.min(Number(call.query.get('page_size') ?? 20), largestPage);
    const after = Number(call.query.get('start_id') ?? FIRST_SERIAL - 1);
    const all = Array.from({ length: count }, (_, index) => ({ serial: FIRST_SERIAL + index, index }));
    const page = all.filter(({ serial }) => serial > after).slice(0, pageSize);
    const bodies = page.map(({ index }) =>
      roomBody({ id: `room-${index}`, metadata: ours.includes(index) ? TOKEN : `stranger ${index}` }),
    );
    const last = page.at(-1)?.serial ?? after;
    return { status: 200, body: shape(pageBody(bodies, pageSize, count, last), call) };
  };
}

async function listed(): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of bench.provider.list()) ids.push(...page.map(({ id }) => id));
  return ids;
}

const everyId = (count: number) => Array.from({ length: count }, (_, index) => `room-${index}`);

test('every room is listed once, page by page', async () => {
  bench.answer = listing({ rooms: 250 });
  expect(await listed()).toEqual(everyId(250));
  expect(bench.server.calls.map(({ query }) => query.get('start_id'))).toEqual([
    null,
    String(FIRST_SERIAL + 99),
    String(FIRST_SERIAL + 199),
  ]);
});

test('an empty account and a last page that is full both come to an end', async () => {
  bench.answer = listing({ rooms: 0 });
  expect(await listed()).toEqual([]);
  bench.answer = listing({ rooms: 200 });
  expect(await listed()).toEqual(everyId(200));
});

test('older answers wrap the rooms once more', async () => {
  bench.answer = listing({
    rooms: 130,
    shape: (page) => ({ ...page, _embedded: { rooms: page._embedded } }),
  });
  expect(await listed()).toEqual(everyId(130));
});

test('a page size that is silently cut down hides no room', async () => {
  bench.answer = listing({
    rooms: 130,
    largestPage: 20,
    shape: (page, call) => ({ ...page, page_size: call.query.get('page_size') }),
  });
  expect(await listed()).toEqual(everyId(130));
});

test('a page size that is refused gives way to the default of the provider, once for all', async () => {
  const list = listing({ rooms: 45 });
  bench.answer = (call) =>
    call.query.has('page_size') ? { status: 400, body: { message: '"page_size" is too large' } } : list(call);
  expect(await listed()).toEqual(everyId(45));
  await listed();
  expect(bench.server.calls.filter(({ query }) => query.has('page_size'))).toHaveLength(1);
});

test('without a total, and without a page size, the list goes on until a page is empty', async () => {
  bench.answer = listing({
    rooms: 130,
    shape: ({ _embedded, _links }) => ({ _embedded, _links }),
  });
  expect(await listed()).toEqual(everyId(130));
  expect(bench.server.calls).toHaveLength(3);
});

test('a page that counts rooms and has no list of them is not an empty list', async () => {
  bench.answer = listing({ rooms: 3, shape: ({ total_items }) => ({ total_items, _embedded: null }) });
  await expect(listed()).rejects.toMatchObject({ code: 'ambiguous_outcome' });
});

test('a page after the last one may count rooms and have no list of them', async () => {
  bench.answer = listing({
    rooms: 100,
    shape: (page) => (page._embedded.length > 0 ? page : { total_items: page.total_items }),
  });
  expect(await listed()).toEqual(everyId(100));
});

test('a total that is too small does not end the list at a full page', async () => {
  bench.answer = listing({ rooms: 250, shape: (page) => ({ ...page, total_items: 50 }) });
  expect(await listed()).toEqual(everyId(250));
});

test('links that lead round in a circle come to an end', async () => {
  bench.answer = listing({
    rooms: 200,
    shape: (page, call) =>
      call.query.has('start_id')
        ? { ...page, _links: { next: { href: 'api-eu.vonage.com/meetings/rooms?start_id=0' } } }
        : page,
  });
  expect(await listed()).toEqual(everyId(200));
});

test('a link to another host is never followed there, since the token would go along', async () => {
  bench.answer = listing({
    rooms: 120,
    shape: (page) => {
      const { searchParams } = new URL(`https://${page._links.next.href}`);
      const href = `https://elsewhere.example/rooms?start_id=${searchParams.get('start_id')}&page_size=1`;
      return { ...page, _links: { next: { href } } };
    },
  });
  expect(await listed()).toEqual(everyId(120));
  expect(bench.server.calls.map(({ path }) => path)).toEqual(['/v1/meetings/rooms', '/v1/meetings/rooms']);
});

test('a room is found by its token on whatever page it is, all of them if it was made twice', async () => {
  bench.answer = listing({ rooms: 350, ours: [205, 349] });
  const found = await bench.provider.find(TOKEN);
  expect(found.map(({ id }) => id)).toEqual(['room-205', 'room-349']);
  expect(await bench.provider.find(`er${'b'.repeat(30)}`)).toEqual([]);
});

test('a bookmark is known once the list was seen, and a look from there reads what came after', async () => {
  expect(bench.provider.bookmark()).toBeUndefined();
  bench.answer = listing({ rooms: 350 });
  await listed();
  const bookmark = bench.provider.bookmark();
  expect(bookmark).toBe(String(FIRST_SERIAL + 349));

  bench.server.calls.length = 0;
  bench.answer = listing({ rooms: 352, ours: [350] });
  expect((await bench.provider.find(TOKEN, bookmark)).map(({ id }) => id)).toEqual(['room-350']);
  expect(bench.server.calls.map(({ query }) => query.get('start_id'))[0]).toBe(bookmark);
  expect(bench.server.calls.length).toBeLessThanOrEqual(2);
});

test('a bookmark never goes back', async () => {
  bench.answer = listing({ rooms: 350 });
  await listed();
  bench.answer = listing({ rooms: 120 });
  await listed();
  expect(bench.provider.bookmark()).toBe(String(FIRST_SERIAL + 349));
});

test('an instant room of somebody else, which has no expiry, does not break the list', async () => {
  bench.answer = listing({
    rooms: 2,
    shape: (page) => ({ ...page, _embedded: [roomBody({ type: 'instant', expires_at: null })] }),
  });
  expect(await listed()).toHaveLength(1);
});
