import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../support/clock.ts';
import { type Bench, startBench } from '../support/meetings-api.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.api.close());

const patch = (id: string, update_details: unknown) => bench.ask('PATCH', `/rooms/${id}`, { update_details });

describe('PATCH /rooms/{id}', () => {
  test('moves the expiry while id, code and guest link stay', async () => {
    const { body: before } = await bench.create();
    const expires_at = bench.clock.in(60 * DAY);
    const { status, body: after } = await patch(before.id, { expires_at });
    expect([status, after.expires_at]).toEqual([200, expires_at]);
    expect(after).toMatchObject({
      id: before.id,
      meeting_code: before.meeting_code,
      created_at: before.created_at,
      _links: { guest_url: before._links.guest_url },
    });
    expect((await bench.ask('GET', `/rooms/${before.id}`)).body.expires_at).toBe(expires_at);
  });

  test('changes everything that may change', async () => {
    const { body } = await bench.create({ theme_id: 'e8b1d80b-8f78-4578-94f2-328596e01387' });
    const changes = {
      expire_after_use: true,
      theme_id: null,
      join_approval_level: 'explicit_approval',
      initial_join_options: { microphone_state: 'off' },
      callback_urls: { rooms_callback_url: 'https://a.example/rooms' },
      available_features: { is_chat_available: false },
    };
    const reply = await patch(body.id, changes);
    expect(reply).toMatchObject({ status: 200, body: changes });
    expect(reply.body.available_features.is_recording_available).toBe(true);
  });

  test.each([
    ['nothing', {}, '"update_details" must have at least 1 key'],
    ['a name', { display_name: 'Other' }, '"update_details.display_name" is not allowed'],
    ['metadata', { metadata: 'x' }, '"update_details.metadata" is not allowed'],
    [
      'recording options',
      { recording_options: { auto_record: true } },
      '"update_details.recording_options" is not allowed',
    ],
    ['the type', { type: 'instant' }, '"update_details.type" is not allowed'],
    ['a language', { ui_settings: { language: 'de' } }, '"update_details.ui_settings" is not allowed'],
    [
      'an expiry that is too near',
      () => ({ expires_at: bench.clock.in(10 * MINUTE) }),
      '"update_details.expires_at" must be greater than',
    ],
    [
      'an expiry that is too far',
      () => ({ expires_at: bench.clock.in(366 * DAY) }),
      '"update_details.expires_at" must be less than',
    ],
  ])('refuses to change %s', async (_, details, message) => {
    const { body } = await bench.create();
    const reply = await patch(body.id, typeof details === 'function' ? details() : details);
    expect(reply).toMatchObject({ status: 400, body: { name: 'InputValidationError' } });
    expect(reply.body.message).toContain(message);
  });

  test('refuses to change nothing in exactly the words that were captured', async () => {
    const { body } = await bench.create();
    expect((await patch(body.id, {})).body).toEqual({
      message: '"update_details" must have at least 1 key',
      name: 'InputValidationError',
      status: 400,
    });
  });

  test('refuses a body without update_details, whatever else it has', async () => {
    const { body } = await bench.create();
    const reply = await bench.ask('PATCH', `/rooms/${body.id}`, {
      update_options: { expire_after_use: true },
    });
    expect(reply.body.errors).toEqual(['"update_details" is required', '"update_options" is not allowed']);
  });

  test('refuses an instant room by its type', async () => {
    const { body } = await bench.ask('POST', '/rooms', { display_name: 'Now' });
    expect(await patch(body.id, { join_approval_level: 'none' })).toMatchObject({
      status: 400,
      body: {
        name: 'BadRequestError',
        message: `The room with id: ${body.id} could not be updated because of its type: temporary`,
      },
    });
  });

  test('answers 400 for an unknown theme, so that the room is not taken for lost, and 404 for an unknown room', async () => {
    const { body } = await bench.create();
    expect((await patch(body.id, { theme_id: '00000000-0000-4000-8000-000000000000' })).status).toBe(400);
    expect((await patch('00000000-0000-4000-8000-000000000000', { theme_id: null })).status).toBe(404);
  });

  test('answers 404 for a room that has expired, and cannot revive it', async () => {
    const { body } = await bench.create({ expires_at: bench.clock.in(HOUR) });
    bench.clock.pass(HOUR);
    expect((await patch(body.id, { expires_at: bench.clock.in(DAY) })).status).toBe(404);
    expect((await bench.ask('GET', `/rooms/${body.id}`)).body.is_available).toBe(false);
  });

  test.each([
    ['merge', false],
    ['replace', true],
  ] as const)('can %s nested objects', async (nestedUpdates, chatIsBack) => {
    const other = await startBench({ switches: { nestedUpdates } });
    const { body } = await other.create({ available_features: { is_chat_available: false } });
    const reply = await other.ask('PATCH', `/rooms/${body.id}`, {
      update_details: { available_features: { is_captions_available: true } },
    });
    expect(reply.body.available_features).toMatchObject({
      is_captions_available: true,
      is_chat_available: chatIsBack,
    });
    await other.api.close();
  });
});
