import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../support/clock.ts';
import { ask, clock, create, OTHER_KEY, start, whereby } from '../support/whereby.ts';

beforeEach(() => start());
afterEach(() => whereby.close());

describe('a meeting', () => {
  test('is read with the links that are asked for', async () => {
    const { body } = await create();
    expect((await ask('GET', `/meetings/${body.meetingId}`)).body).toEqual(body);
    const both = await ask('GET', `/meetings/${body.meetingId}?fields=hostRoomUrl,viewerRoomUrl`);
    expect(Object.keys(both.body)).toEqual(expect.arrayContaining(['hostRoomUrl', 'viewerRoomUrl']));
    expect((await ask('GET', '/meetings/1')).status).toBe(404);
    expect((await ask('GET', `/meetings/${body.meetingId}`, undefined, OTHER_KEY)).status).toBe(404);
  });

  test('can be deleted again and again, and is gone', async () => {
    const { body } = await create();
    const link = body.roomUrl;
    whereby.join(link);
    expect((await ask('DELETE', `/meetings/${body.meetingId}`)).status).toBe(204);
    expect((await ask('DELETE', `/meetings/${body.meetingId}`)).status).toBe(204);
    expect((await ask('DELETE', '/meetings/1')).status).toBe(204);
    expect((await ask('GET', `/meetings/${body.meetingId}`)).status).toBe(404);
    expect(() => whereby.enter(link)).toThrow('it is over');
  });

  test.each([404, 405] as const)('cannot be updated: %i', async (updateStatus) => {
    await start({ switches: { updateStatus } });
    const { body } = await create();
    for (const method of ['PATCH', 'PUT']) {
      const reply = await ask(method, `/meetings/${body.meetingId}`, { endDate: clock.in(2 * DAY) });
      expect(reply.status).toBe(updateStatus);
    }
    expect(whereby.meeting(body.meetingId)?.endDate).toBe(clock.now() + DAY);
  });

  test.each([
    [1, 1],
    [24, 24],
  ])('is deleted %i hours after its end, and can be entered for one', async (deletedAfter, hours) => {
    await start({ switches: { deletedAfter } });
    const { body } = await create({ fields: ['hostRoomUrl'] });
    clock.pass(DAY + HOUR - 1);
    expect(whereby.enter(body.hostRoomUrl)).toEqual({ roomId: body.meetingId, role: 'host' });
    clock.pass(1);
    expect(() => whereby.enter(body.roomUrl)).toThrow('it is over');
    clock.pass((hours - 1) * HOUR - 1);
    if (hours > 1) expect((await ask('GET', `/meetings/${body.meetingId}`)).status).toBe(200);
    clock.pass(1);
    expect((await ask('GET', `/meetings/${body.meetingId}`)).status).toBe(404);
  });

  test('keeps its people past its end', async () => {
    const { body } = await create({ endDate: clock.in(HOUR) });
    whereby.join(body.roomUrl);
    clock.pass(HOUR + 1);
    expect(whereby.participants(body.meetingId)).toHaveLength(1);
  });

  test.each([
    ['stable', true],
    ['fresh', false],
  ] as const)('has a %s room key', async (roomKey, isSame) => {
    await start({ switches: { roomKey } });
    const { body } = await create({ fields: ['hostRoomUrl'] });
    const again = await ask('GET', `/meetings/${body.meetingId}?fields=hostRoomUrl`);
    // compared as a boolean, so that no failure prints a credential
    expect(again.body.hostRoomUrl === body.hostRoomUrl).toBe(isSame);
    expect(whereby.enter(again.body.hostRoomUrl).role).toBe('host');
  });

  test('does not open to a key of another room or a forged one', async () => {
    const [one, other] = [await create({ fields: ['hostRoomUrl'] }), await create()];
    const { search } = new URL(one.body.hostRoomUrl);
    expect(() => whereby.enter(`${other.body.roomUrl}${search}`)).toThrow('for another room');
    expect(() => whereby.enter(`${other.body.roomUrl}?roomKey=a.b.c`)).toThrow('not made here');
    expect(() => whereby.enter('https://first.whereby.com/nowhere')).toThrow('leads to no room');
  });
});
