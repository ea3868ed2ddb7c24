import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY, MINUTE } from '../../../functions/rooms/model/time.ts';
import { type MeetingsApiBench, meetingsApiBench, order, roomBody, TOKEN } from './bench.ts';

let bench: MeetingsApiBench;

beforeEach(async () => {
  bench = await meetingsApiBench();
});

afterEach(() => bench.close());

describe('create', () => {
  test('sends every setting, the life as long_term, and the token after the words of the caller', async () => {
    const settings = {
      display_name: 'Stand-up',
      metadata: 'team=blue',
      recording_options: { auto_record: true },
      available_features: { is_chat_available: false },
      ui_settings: { language: 'de' },
    };
    const room = await bench.provider.create(order({ settings }));
    expect(bench.server.calls[0]).toMatchObject({
      method: 'POST',
      path: '/v1/meetings/rooms',
      body: {
        ...settings,
        type: 'long_term',
        metadata: `team=blue ${TOKEN}`,
        expires_at: '2030-03-01T12:00:00.000Z',
      },
    });
    expect(room).toMatchObject({
      id: 'd2a5f4c7-30f5-4c5e-a5a3-1e1b7c8a1f11',
      meetingCode: '982515622',
      guestUrl: 'https://meetings.example/982515622',
      createdAt: Date.UTC(2030, 0, 1, 12),
      expiresAt: Date.UTC(2030, 2, 1, 12),
      available: true,
    });
    expect(JSON.stringify(room)).not.toContain('host-credential');
  });

  test('a caller without words leaves the metadata to the token', async () => {
    await bench.provider.create(order());
    expect(bench.server.calls[0]?.body).toMatchObject({ metadata: TOKEN });
  });

  test('the longest words of a caller fit beside the token', async () => {
    await bench.provider.create(order({ settings: { display_name: 'x', metadata: 'm'.repeat(467) } }));
    expect(bench.server.calls[0]?.body).toMatchObject({ metadata: expect.stringMatching(/^.{500}$/) });
  });
});

describe('a room that is read', () => {
  const read = async (fields: Record<string, unknown>) => {
    bench.answer = () => ({ status: 200, body: roomBody(fields) });
    return bench.provider.get('x');
  };

  test('shows the token at the end of its metadata and no other', async () => {
    expect((await read({ metadata: TOKEN }))?.token).toBe(TOKEN);
    expect((await read({ metadata: `team=blue ${TOKEN}` }))?.token).toBe(TOKEN);
    expect((await read({ metadata: `${TOKEN} team=blue` }))?.token).toBeUndefined();
    expect((await read({ metadata: `x${TOKEN}` }))?.token).toBeUndefined();
    expect((await read({ metadata: null }))?.token).toBeUndefined();
  });

  test('shows the settings that a living room takes, and only those', async () => {
    expect((await read({ join_approval_level: 'explicit_approval' }))?.settings).toEqual({
      expire_after_use: false,
      theme_id: null,
      join_approval_level: 'explicit_approval',
      initial_join_options: { microphone_state: 'default' },
      available_features: expect.objectContaining({ is_chat_available: true }),
    });
  });

  test('a setting of a new kind is not shown instead of making the room unreadable', async () => {
    const room = await read({ join_approval_level: 'by_vote', callback_urls: null });
    expect(room?.settings).not.toHaveProperty('join_approval_level');
    expect(room?.settings).not.toHaveProperty('callback_urls');
    expect(room?.settings).toHaveProperty('theme_id', null);
  });

  test('that expired is there and not available', async () => {
    expect(await read({ is_available: false })).toMatchObject({ available: false });
    bench.now = Date.UTC(2031, 0, 1);
    expect(await read({ is_available: undefined })).toMatchObject({ available: false });
  });

  test('that the provider does not know is undefined', async () => {
    bench.answer = () => ({ status: 404, body: { message: 'no', name: 'NotFoundError', status: 404 } });
    expect(await bench.provider.get('a/b?c')).toBeUndefined();
    expect(bench.server.calls[0]?.path).toBe('/v1/meetings/rooms/a%2Fb%3Fc');
  });
});

describe('change', () => {
  test('patches update_details with what is wanted and nothing else', async () => {
    bench.answer = () => ({ status: 200, body: roomBody() });
    await bench.provider.change('x', { expiresAt: Date.UTC(2030, 2, 1, 12) });
    await bench.provider.change('x', { settings: { theme_id: null } });
    expect(bench.server.calls.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      {
        method: 'PATCH',
        path: '/v1/meetings/rooms/x',
        body: { update_details: { expires_at: '2030-03-01T12:00:00.000Z' } },
      },
      { method: 'PATCH', path: '/v1/meetings/rooms/x', body: { update_details: { theme_id: null } } },
    ]);
  });
});

describe('retire', () => {
  const living = (expiresAt: number) => () => ({
    status: 200,
    body: roomBody({ expires_at: new Date(expiresAt).toISOString() }),
  });

  test('moves the expiry to the earliest that is allowed, with a margin for the clocks', async () => {
    const earliest = bench.now + 11 * MINUTE;
    bench.answer = ({ method }) => living(method === 'GET' ? bench.now + DAY : earliest)();
    expect(await bench.provider.retire('x')).toBe(earliest);
    expect(bench.server.calls[1]?.body).toEqual({
      update_details: { expires_at: new Date(earliest).toISOString() },
    });
  });

  test('leaves a room alone that ends sooner anyway', async () => {
    bench.answer = living(bench.now + 5 * MINUTE);
    expect(await bench.provider.retire('x')).toBe(bench.now + 5 * MINUTE);
    expect(bench.server.calls.map(({ method }) => method)).toEqual(['GET']);
  });

  test('a room that is gone, expired, or gone meanwhile has ended', async () => {
    const gone = { status: 404, body: { message: 'not found', name: 'NotFoundError', status: 404 } };
    bench.answer = () => gone;
    expect(await bench.provider.retire('x')).toBe(bench.now);
    bench.answer = () => ({ status: 200, body: roomBody({ is_available: false }) });
    expect(await bench.provider.retire('x')).toBe(bench.now);
    bench.answer = ({ method }) => (method === 'GET' ? living(bench.now + DAY)() : gone);
    expect(await bench.provider.retire('x')).toBe(bench.now);
  });

  test('a refusal is not blamed on a request that never asked for it', async () => {
    bench.answer = ({ method }) =>
      method === 'GET' ? living(bench.now + DAY)() : { status: 400, body: { message: 'too soon' } };
    await expect(bench.provider.retire('x')).rejects.toMatchObject({ code: 'provider_contract' });
  });
});

test('the capabilities are those of the contract, less a margin for the clocks', () => {
  const { capabilities } = bench.provider;
  expect(capabilities.movableExpiry).toBe(true);
  expect(capabilities.changeable).not.toContain('display_name');
  expect(capabilities.changeable).not.toContain('recording_options');
  expect(capabilities.shortestLife).toBe(11 * MINUTE);
  expect(capabilities.longestLife).toBe(365 * DAY - MINUTE);
});
