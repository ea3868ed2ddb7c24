import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR } from '../support/clock.ts';
import { ask, create, daily, KEY, OTHER_KEY, seconds, start } from '../support/daily.ts';

beforeEach(() => start());
afterEach(() => daily.close());

describe('hosts', () => {
  const link = (token: string) => `https://first.daily.co/room-1?t=${token}`;
  const mint = async (properties: object) =>
    (await ask('POST', '/meeting-tokens', { properties })).body.token;
  const selfSigned = (claims: object, key = KEY) =>
    new SignJWT({ r: 'room-1', d: 'domain-1', o: true, iat: seconds(0), ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(key));

  test('enter with a token that was minted or self-signed, guests without', async () => {
    await create('room-1');
    const { id } = daily.room('room-1') ?? {};
    expect(daily.enter('https://first.daily.co/room-1')).toEqual({ roomId: id, role: 'guest' });
    const minted = await mint({ room_name: 'room-1', is_owner: true, exp: seconds(HOUR) });
    expect(daily.enter(link(minted)).role).toBe('host');
    expect(daily.enter(link(await selfSigned({}))).role).toBe('host');
    expect(daily.enter(link(await mint({ room_name: 'room-1' }))).role).toBe('guest');
  });

  test('stay outside with a token that is old, of another room or domain, or signed with another key', async () => {
    await create('room-1');
    const tokens = {
      'when it was issued': await selfSigned({ iat: undefined }),
      'has expired': await selfSigned({ exp: seconds(-1000) }),
      'not valid yet': await selfSigned({ nbf: seconds(10_000) }),
      'for another room': await selfSigned({ r: 'room-2' }),
      'for another domain': await selfSigned({ d: 'domain-2' }),
      'not signed with a key of the domain': await selfSigned({}, OTHER_KEY),
    };
    for (const [reason, token] of Object.entries(tokens))
      expect(() => daily.enter(link(token))).toThrow(reason);
    expect(() => daily.enter('https://first.daily.co/room-9')).toThrow('leads to no room');
  });

  test('have a private room to themselves until people may knock, which they do in the prejoin screen', async () => {
    await create('room-1');
    const guest = () => daily.enter('https://first.daily.co/room-1').role;
    const change = (body: object) => ask('POST', '/rooms/room-1', body);
    await change({ privacy: 'private' });
    expect(guest).toThrow('is private');
    await change({ properties: { enable_knocking: true } });
    expect(guest).toThrow('is private');
    await change({ properties: { enable_prejoin_ui: true } });
    expect(guest()).toBe('guest');
    await change({ properties: { enable_knocking: false } });
    expect(guest).toThrow('is private');
    expect(daily.enter(link(await mint({ room_name: 'room-1' }))).role).toBe('guest');
  });

  test('lose their tokens with the key', async () => {
    await create('room-1');
    const token = await selfSigned({});
    daily.distrust('first', KEY);
    expect(() => daily.enter(link(token))).toThrow('not signed with a key of the domain');
  });

  test('get no token for a past exp, a long user id or an unknown field', async () => {
    const refused = async (properties: object) =>
      (await ask('POST', '/meeting-tokens', { properties })).body.info;
    expect(await refused({ exp: 1 })).toBe("exp was '1', which is in the past rather than in the future");
    expect(await refused({ user_id: 'x'.repeat(37) })).toContain('at most 36');
    expect(await refused({ colour: 'red' })).toBe("unknown parameter 'colour'");
    expect(await mint({ room_name: 'nowhere' })).toMatch(/^ey/);
    await start({ switches: { tokensForMissingRooms: 'refuse' } });
    expect((await ask('POST', '/meeting-tokens', { properties: { room_name: 'nowhere' } })).status).toBe(404);
  });

  test('eject people', async () => {
    await create('room-1');
    const { id } = daily.join('https://first.daily.co/room-1', 'ada');
    daily.join('https://first.daily.co/room-1', 'bob');
    expect(await ask('POST', '/rooms/room-1/eject', { user_ids: ['ada'] })).toMatchObject({
      status: 200,
      body: { ejectedIds: [id] },
    });
    expect(daily.participants('room-1').map(({ userId }) => userId)).toEqual(['bob']);
  });
});
