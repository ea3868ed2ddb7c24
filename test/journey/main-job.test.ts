import { afterEach, expect, test } from 'vitest';
import { DAY, journey } from './journey.ts';

const system = journey();

afterEach(() => expect(system().deadLetters()).toEqual([]));

test("the guide's example becomes a room, and a night before its end another one with another link", async () => {
  const { doors, stack, emulator, inDays, news, room } = system();
  const messageId = await doors.send(
    JSON.stringify({
      display_name: 'New Meeting Room',
      type: 'long_term',
      expires_at: inDays(30),
      recording_options: { auto_record: true },
      theme_id: 'e8b1d80b-8f78-4578-94f2-328596e01387',
    }),
  );
  await stack.settle();

  const key = `message:${messageId}`;
  const first = await room(key);
  expect(first).toMatchObject({ state: 'active', generation: 1, name: 'New Meeting Room' });
  expect(news(key)).toEqual([['Room Created', 1, 'requested']]);

  await stack.turnTo(Date.parse(first.renewAt as string) + DAY);

  const second = await room(key);
  expect(second).toMatchObject({ state: 'active', generation: 2, previousGuestUrl: first.guestUrl });
  expect(second.guestUrl).not.toBe(first.guestUrl);
  expect(news(key)).toEqual([
    ['Room Created', 1, 'requested'],
    ['Room Rotated', 2, 'renewal'],
  ]);
  // the old link still works on the day of the renewal, and has ended by itself a week later
  const expired = () =>
    emulator
      .rooms()
      .slice(0, 2)
      .map((made) => made.expired);
  expect(expired()).toEqual([false, false]);
  await stack.turnTo(Date.parse(first.expiresAt as string) + 1000);
  expect(expired()).toEqual([true, false]);
});

test('asking twice with the same content changes nothing', async () => {
  const { ask, emulator, inDays, news, room } = system();
  const request = { key: 'twice', display_name: 'Twice', expires_at: inDays(20) };
  await ask(request);
  const [before, rooms] = [await room('twice'), emulator.rooms().length];
  await ask(request);
  expect(await room('twice')).toEqual(before);
  expect(emulator.rooms()).toHaveLength(rooms);
  expect(news('twice')).toEqual([['Room Created', 1, 'requested']]);
});

test("a later expiry moves the room's own, and its link stays", async () => {
  const { ask, inDays, news, room } = system();
  await ask({ key: 'later', display_name: 'Later', expires_at: inDays(20) });
  const { guestUrl } = await room('later');
  const expires_at = inDays(40);
  await ask({ key: 'later', display_name: 'Later', expires_at });
  expect(await room('later')).toMatchObject({ generation: 1, guestUrl, expiresAt: expires_at });
  expect(news('later').map(([type]) => type)).toEqual(['Room Created', 'Room Updated']);
});

test('another name opens a new generation, since the provider cannot rename a room', async () => {
  const { ask, inDays, news, room } = system();
  const expires_at = inDays(20);
  await ask({ key: 'name', display_name: 'Before', expires_at });
  const before = await room('name');
  await ask({ key: 'name', display_name: 'After', expires_at });
  const after = await room('name');
  expect(after).toMatchObject({ generation: 2, name: 'After' });
  expect(after.guestUrl).not.toBe(before.guestUrl);
  expect(news('name').map(([type, generation]) => [type, generation])).toEqual([
    ['Room Created', 1],
    ['Room Rotated', 2],
  ]);
});

test('a room that is cancelled ends, and is not renewed any more', async () => {
  const { ask, emulator, inDays, news, room, stack } = system();
  await ask({ key: 'cancelled', display_name: 'To be cancelled', expires_at: inDays(30) });
  await ask({ key: 'cancelled', action: 'cancel' });
  expect((await room('cancelled')).state).toBe('cancelled');
  await stack.turnTo(stack.clock.now() + 30 * DAY);
  const made = emulator.rooms().filter(({ display_name }) => display_name === 'To be cancelled');
  expect(made.map(({ expired }) => expired)).toEqual([true]);
  expect(news('cancelled').map(([type]) => type)).toEqual(['Room Created', 'Room Cancelled']);
});

test('the same body takes the same way as an event on the bus', async () => {
  const { tell, news, room } = system();
  await tell('Room Requested', { key: 'by-event', display_name: 'By event', lifetime: 'P10D' });
  expect(await room('by-event')).toMatchObject({ state: 'active', generation: 1, name: 'By event' });
  await tell('Room Cancelled', { key: 'by-event' });
  expect((await room('by-event')).state).toBe('cancelled');
  expect(news('by-event').map(([type]) => type)).toEqual(['Room Created', 'Room Cancelled']);
});

test('an announcement of our own that looks like a request asks for nothing', async () => {
  const { doors, stack } = system();
  await doors.put({
    source: 'evergreen-rooms',
    'detail-type': 'Room Cancelled',
    detail: { key: 'by-event' },
  });
  expect(stack.buses.seen.at(-1)).toMatchObject({ rules: [] });
});

test('an announcement that the bus refuses is made again when the message comes back, and only then', async () => {
  const { ask, emulator, news, room, stack } = system();
  let refused = 0;
  stack.buses.fault = ({ Detail = '' }) => {
    if (!Detail.includes('refused') || refused > 1) return undefined;
    refused++;
    return { code: 'ThrottlingException', message: 'Rate exceeded' };
  };
  const rooms = emulator.rooms().length;
  await ask({ key: 'refused', display_name: 'Refused by the bus', lifetime: 'P10D' });
  expect(refused).toBe(2);
  expect(news('refused')).toEqual([['Room Created', 1, 'requested']]);
  expect(await room('refused')).toMatchObject({ state: 'active', generation: 1 });
  expect(emulator.rooms()).toHaveLength(rooms + 1);
});

test('a room without renewal ends at its expiry', async () => {
  const { ask, emulator, inDays, room, stack } = system();
  await ask({ key: 'once', display_name: 'Once', expires_at: inDays(3), renewal: { mode: 'none' } });
  expect((await room('once')).state).toBe('ending');
  await stack.turnTo(stack.clock.now() + 4 * DAY);
  const made = emulator.rooms().filter(({ display_name }) => display_name === 'Once');
  expect(made.map(({ expired }) => expired)).toEqual([true]);
});
