import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APPLICATION, type Bench, startBench } from '../support/meetings-api.ts';

let bench: Bench;
let ids: string[];
beforeAll(async () => {
  bench = await startBench();
  ids = Array.from({ length: 45 }, (_, index) => {
    // rooms of others stand between ours in the row of serials
    if (index % 7 === 0) bench.api.addRoom('another');
    return bench.api.addRoom(APPLICATION).id;
  });
});
afterAll(() => bench.api.close());

const page = async (query = '') => (await bench.ask('GET', `/rooms${query}`)).body;
const idsOf = (body: { _embedded: { id: string }[] }) => body._embedded.map(({ id }) => id);
const follow = async (href: string) => {
  const [, path] = href.split('/meetings');
  return (await bench.ask('GET', path as string)).body;
};

describe('GET /rooms', () => {
  test('shows 20 rooms of the application, and how many there are', async () => {
    const body = await page();
    expect(body).toMatchObject({ page_size: 20, total_items: 45 });
    expect(idsOf(body)).toEqual(ids.slice(0, 20));
  });

  test('links to pages without a scheme and by serial numbers', async () => {
    const { _links } = await page('?page_size=10');
    const host = new URL(bench.api.origin).host;
    const serial = bench.api.rooms(APPLICATION)[9]?.serial as number;
    expect(_links.first.href).toBe(`${host}/meetings/rooms?page_size=10`);
    expect(_links.self.href).toBe(`${host}/meetings/rooms?page_size=10`);
    expect(_links.next.href).toBe(`${host}/meetings/rooms?page_size=10&start_id=${serial + 1}`);
  });

  test('has a next link on every page, the last and the empty one too', async () => {
    const seen: string[][] = [];
    let body = await page('?page_size=20');
    for (; body._embedded.length > 0; body = await follow(body._links.next.href)) seen.push(idsOf(body));
    expect(seen.map(({ length }) => length)).toEqual([20, 20, 5]);
    expect(seen.flat()).toEqual(ids);
    const after = await follow(body._links.next.href);
    expect([after._embedded, after.total_items, after._links.next.href]).toEqual([
      [],
      45,
      body._links.next.href,
    ]);
  });

  test('shows a room made meanwhile to who asks for the next page again', async () => {
    const other = await startBench();
    other.api.addRoom(APPLICATION);
    const { body } = await other.ask('GET', '/rooms');
    const { id } = other.api.addRoom(APPLICATION);
    const [, path] = body._links.next.href.split('/meetings');
    expect(idsOf((await other.ask('GET', path)).body)).toEqual([id]);
    await other.api.close();
  });

  test('goes back by prev, and ends before end_id', async () => {
    const second = await follow((await page())._links.next.href);
    expect(idsOf(await follow(second._links.prev.href))).toEqual(ids.slice(0, 20));
    const [first, , third] = bench.api.rooms(APPLICATION);
    expect(idsOf(await page(`?start_id=${first?.serial}&end_id=${third?.serial}`))).toEqual(ids.slice(0, 2));
  });

  test('gives page_size back as a text where it was asked for', async () => {
    expect((await page('?page_size=3')).page_size).toBe('3');
    expect((await page()).page_size).toBe(20);
  });

  test.each([
    ['0', '"page_size" must be greater than or equal to 1'],
    ['ten', '"page_size" must be a number'],
    ['101', '"page_size" must be less than or equal to 100'],
  ])('refuses a page of %s', async (size, message) => {
    expect((await page(`?page_size=${size}`)).message).toBe(message);
  });

  test('refuses room ids as serials', async () => {
    expect((await page(`?start_id=${ids[0]}`)).message).toBe('"start_id" must be a number');
  });

  test('stands otherwise where a switch says so', async () => {
    const other = await startBench({
      switches: {
        tooLargePage: 'clamp',
        largestPage: 2,
        pageSizeEcho: 'number',
        embedded: 'rooms',
        expiredRoomsListed: false,
      },
    });
    const [gone] = Array.from({ length: 4 }, () => other.api.addRoom(APPLICATION).id);
    other.api.expireRoom(gone as string);
    const { body } = await other.ask('GET', '/rooms?page_size=500');
    expect(body.page_size).toBe(2);
    expect(body.total_items).toBe(3);
    expect(body._embedded.rooms).toHaveLength(2);
    await other.api.close();
  });
});
