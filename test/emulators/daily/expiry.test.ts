import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../support/clock.ts';
import { ask, clock, create, daily, seconds, start } from '../support/daily.ts';

beforeEach(() => start());
afterEach(() => daily.close());

describe('an expired room', () => {
  const expire = async () => {
    await create('room-1', { exp: seconds(HOUR) });
    clock.pass(HOUR);
  };

  test('is as good as deleted by default', async () => {
    await expire();
    expect((await ask('GET', '/rooms/room-1')).status).toBe(404);
    expect((await ask('POST', '/rooms/room-1', { properties: { exp: seconds(DAY) } })).status).toBe(404);
    expect((await ask('GET', '/rooms')).body).toEqual({ total_count: 0, data: [] });
    const deleted = await ask('DELETE', '/rooms/room-1');
    expect([deleted.status, deleted.body]).toEqual([
      404,
      { error: 'not-found', info: 'room room-1 not found', deleted: true },
    ]);
    expect((await ask('DELETE', '/rooms/room-1')).body).not.toHaveProperty('deleted');
  });

  test('frees its name at once by default', async () => {
    await expire();
    expect((await create('room-1')).status).toBe(200);
    expect((await ask('GET', '/rooms/room-1')).status).toBe(200);
  });

  test('can keep its name until it is deleted or collected', async () => {
    await start({ switches: { nameOfExpiredRoom: 'taken' } });
    await expire();
    expect((await ask('GET', '/rooms/room-1')).status).toBe(404);
    expect((await create('room-1')).body.info).toBe('a room named room-1 already exists');
    await ask('DELETE', '/rooms/room-1');
    await expire();
    expect((await create('room-1')).status).toBe(400);
    clock.pass(DAY);
    expect((await create('room-1')).status).toBe(200);
  });

  test('can linger: it answers, is listed and can be revived, until the collector comes', async () => {
    await start({ switches: { expiredRooms: 'lingering' } });
    await expire();
    expect((await ask('GET', '/rooms')).body.total_count).toBe(1);
    expect((await create('room-1')).status).toBe(400);
    expect((await ask('POST', '/rooms/room-1', { properties: { exp: seconds(HOUR) } })).status).toBe(200);
    clock.pass(DAY);
    expect((await ask('GET', '/rooms/room-1')).status).toBe(200);
    clock.pass(HOUR);
    expect((await ask('GET', '/rooms/room-1')).status).toBe(404);
    await expire();
    expect((await ask('DELETE', '/rooms/room-1')).body.deleted).toBe(true);
  });

  test('does not take its people away, unless it ejects them at the exp they joined under', async () => {
    await create('stay', { exp: seconds(HOUR) });
    await create('eject', { exp: seconds(HOUR), eject_at_room_exp: true });
    daily.join('https://first.daily.co/stay');
    daily.join('https://first.daily.co/eject');
    await ask('POST', '/rooms/eject', { properties: { exp: seconds(DAY) } });
    daily.join('https://first.daily.co/eject', 'late');
    clock.pass(HOUR);
    expect(daily.participants('stay')).toHaveLength(1);
    expect(daily.participants('eject').map(({ userId }) => userId)).toEqual(['late']);
    expect(() => daily.join('https://first.daily.co/stay')).toThrow('has expired');
  });
});
