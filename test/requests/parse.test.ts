import type { SQSRecord } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { parseMessage } from '../../functions/requests/parse.ts';
import { RequestRefusedError } from '../../functions/rooms/model/errors.ts';
import { DAY } from '../../functions/rooms/model/time.ts';
import { originOf } from '../../functions/runtime/queue/work-queue.ts';
import { body, busEvent, message, refusal, request, SENT_AT, SETTINGS } from './incoming.ts';

/** A message that came back from the dead-letter queue, with what it was when it was first sent. */
function redrivenAt(at: number, first: { readonly messageId: string; readonly sentAt: number }): SQSRecord {
  return {
    messageId: 'second',
    attributes: { SentTimestamp: String(at), DeadLetterQueueSourceArn: 'arn:aws:sqs:::dead-letters' },
    messageAttributes: {
      originalMessageId: { dataType: 'String', stringValue: first.messageId },
      originalSentAt: { dataType: 'Number', stringValue: String(first.sentAt) },
    },
  } as unknown as SQSRecord;
}

const IN_A_MONTH = '2027-02-14T10:00:00Z';

describe('a plain request', () => {
  test("takes the example of the API's own guide as it stands", async () => {
    const guide = {
      display_name: 'New Meeting Room',
      type: 'long_term',
      expires_at: IN_A_MONTH,
      recording_options: { auto_record: true },
      theme_id: 'e8b1d80b-8f78-4578-94f2-328596e01387',
    };
    expect(await request(guide)).toEqual({
      key: 'message:7f3c2c5e-0000-4000-8000-000000000001',
      action: 'ensure',
      sequence: { source: 'request', value: '1800007200250.1800007200250' },
      spec: {
        settings: {
          display_name: 'New Meeting Room',
          recording_options: { auto_record: true },
          theme_id: 'e8b1d80b-8f78-4578-94f2-328596e01387',
        },
        lifetime: Date.parse(IN_A_MONTH) - SENT_AT,
        expiresAt: Date.parse(IN_A_MONTH),
        renewal: { mode: 'recreate' },
      },
    });
  });

  test('keeps every setting of the create body', async () => {
    const settings = {
      display_name: 'Everything',
      metadata: 'a ~ text',
      expire_after_use: true,
      recording_options: { auto_record: true, record_only_owner: false },
      theme_id: null,
      join_approval_level: 'explicit_approval',
      initial_join_options: { microphone_state: 'off' },
      callback_urls: { rooms_callback_url: 'https://example.com/rooms?x=1' },
      available_features: { is_chat_available: false, is_captions_available: true },
      ui_settings: { language: 'pt-br' },
    };
    const { spec } = await request({ ...settings, lifetime: 'P1D' });
    expect(spec?.settings).toEqual(settings);
  });

  test('reads a null or empty metadata as none', async () => {
    expect((await request(body({ metadata: null }))).spec?.settings).toEqual({ display_name: 'Stand-up' });
    expect((await request(body({ metadata: '' }))).spec?.settings).toEqual({ display_name: 'Stand-up' });
  });

  test('takes a lifetime in place of an expiry', async () => {
    const { spec } = await request(body({ lifetime: 'P1M' }));
    expect(spec).toMatchObject({ lifetime: 30 * DAY });
    expect(spec).not.toHaveProperty('expiresAt');
  });

  test('says whether the caller named the mode of renewal', async () => {
    const until = '2028-01-01T00:00:00+01:00';
    expect((await request(body({ renewal: { until } }))).spec?.renewal).toEqual({
      mode: 'recreate',
      until: Date.parse(until),
    });
    expect((await request(body({ renewal: { mode: 'recreate' } }))).spec?.renewal).toEqual({
      mode: 'recreate',
      explicit: true,
    });
  });

  test('asks for the same in every body of the same content', async () => {
    const first = await request(body({ key: 'a', lifetime: 'P1Y' }));
    const later = await request(body({ key: 'a', lifetime: 'P1Y' }), { sentAt: SENT_AT + 400 * DAY });
    expect(later.spec).toEqual(first.spec);
  });

  test('ends a room with the body it was asked for with, whatever has become of its dates', async () => {
    const past = body({ key: 'team/a', lifetime: undefined, expires_at: '2020-01-01T00:00:00Z' });
    expect(await request({ ...past, action: 'cancel' })).toEqual({
      key: 'team/a',
      action: 'cancel',
      sequence: { source: 'request', value: '1800007200250.1800007200250' },
    });
  });

  test.each(['hold', 'release', 'rotate'])('takes %s with a key and nothing else', async (action) => {
    expect(await request({ key: 'a', action })).toMatchObject({ key: 'a', action });
    expect(await refusal({ action })).toBe('key: is missing');
    expect(await refusal({ key: 'a', action, display_name: 'x' })).toContain('has no field "display_name"');
  });

  test('names the application that a room moves to', async () => {
    expect(await request({ key: 'a', action: 'rotate', to: 'second' })).toMatchObject({ to: 'second' });
    expect(await refusal({ key: 'a', action: 'hold', to: 'second' })).toContain('has no field "to"');
    expect(await refusal({ key: 'a', action: 'rotate', to: '' })).toBe('to: must not be empty, got ""');
  });

  test('may ask for all or nothing', async () => {
    expect((await request(body({ strict: true }))).spec?.strict).toBe(true);
    expect((await request(body({ strict: false }))).spec).toEqual((await request(body())).spec);
  });

  test('keeps its identity and its place when it comes back from the dead-letter queue', async () => {
    const redriven = await request(
      body(),
      originOf(redrivenAt(SENT_AT + DAY, { messageId: 'first', sentAt: SENT_AT })),
    );
    expect(redriven.key).toBe('message:first');
    expect(redriven.sequence.value).toBe('1800007200250.1800007200250');
  });

  test('is newer than one that was sent a millisecond before', async () => {
    const older = await request(body());
    const newer = await request(body(), { sentAt: SENT_AT + 1 });
    expect(newer.sequence.value > older.sequence.value).toBe(true);
  });

  test('may have a name of 200 characters beyond the basic plane', async () => {
    const name = '\u{1f332}'.repeat(200);
    expect((await request(body({ display_name: name }))).spec?.settings.display_name).toBe(name);
  });

  test('may expire one second past ten minutes and one year ahead to the millisecond', async () => {
    const soon = new Date(SENT_AT + 601_000).toISOString();
    const late = new Date(SENT_AT + 365 * DAY).toISOString();
    await request(body({ lifetime: undefined, expires_at: soon }));
    await request(body({ lifetime: undefined, expires_at: late }));
    await request(body({ lifetime: 'P1Y' }));
    await request(body({ lifetime: 'PT601S' }));
  });
});

describe('an event of the bus', () => {
  test('asks with the same body, is as old as its time and derives its key from its id', async () => {
    expect(await request(busEvent('Room Requested', body()))).toEqual({
      key: 'event:17793124-05d4-b198-2fde-7ededc63b103',
      action: 'ensure',
      sequence: { source: 'request', value: '1800007198000.1800007200250' },
      spec: {
        settings: { display_name: 'Stand-up' },
        lifetime: 30 * DAY,
        renewal: { mode: 'recreate' },
      },
    });
  });

  test('Room Cancelled ends a room', async () => {
    expect(await request(busEvent('Room Cancelled', { key: 'a' }))).toMatchObject({
      key: 'a',
      action: 'cancel',
    });
  });

  test('that is dated ahead does not outrank what is asked later', async () => {
    const ahead = await request(busEvent('Room Requested', body(), { time: '2099-01-01T00:00:00Z' }));
    const later = await request(body(), { sentAt: SENT_AT + 1 });
    expect(later.sequence.value > ahead.sequence.value).toBe(true);
  });

  describe('of the same second as a message of the queue', () => {
    const second = Date.parse('2027-01-15T10:00:00Z');
    const asked = async (time: number, content = body()) =>
      (await request(content, { sentAt: time })).sequence.value;
    const told = async (queuedAt: number, type = 'Room Requested', detail: object = body()) =>
      (await request(busEvent(type, detail, { time: '2027-01-15T10:00:00Z' }), { sentAt: queuedAt })).sequence
        .value;

    test('is as old as the queue took it, where that was within the second', async () => {
      expect((await told(second + 700)) > (await asked(second + 200))).toBe(true);
      expect((await told(second + 200)) < (await asked(second + 700))).toBe(true);
    });

    test('does not undo a cancellation where nobody knows which was first', async () => {
      const cancel = { key: 'a', action: 'cancel' };
      expect((await told(second + 1100)) < (await asked(second + 500, cancel))).toBe(true);
      for (const type of ['Room Cancelled', 'Room Requested']) {
        expect((await told(second + 1100, type, cancel)) > (await asked(second + 500))).toBe(true);
      }
    });

    test('is no news when the bus replays it', async () => {
      expect((await told(second + 86_400_000)) < (await asked(second + 1000))).toBe(true);
    });
  });

  test('calculates its expiry from its own time', async () => {
    const event = busEvent('Room Requested', { display_name: 'x', expires_at: '2027-01-15T10:10:00Z' });
    expect((await request(event)).spec?.lifetime).toBe(602_000);
  });

  test.each([
    ['Room Cancelled', {}, 'detail.key: is missing'],
    ['Room Cancelled', { key: 'a', action: 'hold' }, 'detail.action: must be "cancel" or absent'],
    ['Room Cancelled', 'a', 'detail: must be an object, got "a"'],
    ['Room Requested', { lifetime: 'P1D' }, 'detail.display_name: is missing'],
    ['Room Created', {}, 'detail-type: must be "Room Requested"'],
  ])('%s with %o is refused', async (type, detail, reason) => {
    expect(await refusal(busEvent(type, detail))).toContain(reason);
  });

  test('of our own is refused, so that an announcement can never come back as a request', async () => {
    const announcement = busEvent('Room Cancelled', { key: 'a' }, { source: 'evergreen-rooms' });
    expect(await refusal(announcement)).toContain('source: an event of evergreen-rooms announces');
  });

  test('with a time or an id that is none is refused', async () => {
    expect(await refusal(busEvent('Room Requested', body(), { time: 'now' }))).toContain(
      'time: must be a time with seconds and an offset',
    );
    expect(await refusal(busEvent('Room Requested', body(), { id: 'a b' }))).toContain(
      'id: must be 1 to 100',
    );
  });
});

test.each([
  'secret',
  '{"display_name": secret}',
  "{'display_name': 'secret'}",
  '{"display_name": "a" secret}',
  '{"display_name": "secret',
])('a refusal of what is no JSON has no word of it, nor has any cause: %s', async (text) => {
  const error: unknown = await parseMessage(message(text), SETTINGS).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(RequestRefusedError);
  expect(`${(error as Error).message} ${(error as Error).cause}`).not.toMatch(/secret|display/);
});

describe('a refusal names the field, the rule and the value', () => {
  const expiry = (text: string) => body({ lifetime: undefined, expires_at: text });
  test.each<[string, unknown, string]>([
    ['no JSON', 'hello', 'body: must be JSON, with double quotes around names and texts'],
    ['JSON with a fault', '{"a": 1 "b": 2}', 'body: must be JSON, but is invalid at line 1, column 9'],
    ['an empty body', '', 'body: must be JSON, and ends before it is complete'],
    [
      'a body of too many levels',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      'body: must have at most 100 levels of objects and lists in each other, got more',
    ],
    ['a list', '[]', 'body: must be an object, got a list'],
    ['a number', '7', 'body: must be an object, got 7'],
    ['null', 'null', 'body: must be an object, got null'],
    ['300 KB', body({ metadata: 'x'.repeat(300_000) }), 'body: must have at most 262144 bytes, got 300059'],
    ['no name', { lifetime: 'P1D' }, 'display_name: is missing'],
    [
      'an empty name',
      body({ display_name: '' }),
      'display_name: must have 1 to 200 characters, got 0 characters',
    ],
    [
      'a long name',
      body({ display_name: 'x'.repeat(201) }),
      'display_name: must have 1 to 200 characters, got 201 characters',
    ],
    ['half a character', body({ display_name: '\ud83c' }), 'display_name: must be well-formed Unicode'],
    [
      'an instant room',
      body({ type: 'instant' }),
      'type: must be "long_term": an instant room ends with its meeting and cannot be kept, got "instant"',
    ],
    [
      'a past expiry',
      expiry('2020-01-01T00:00:00Z'),
      'expires_at: must be more than 10 minutes and at most 365 days ahead of when it is sent (2027-01-15T10:00:00.250Z), got "2020-01-01T00:00:00Z"',
    ],
    ['a near expiry', expiry('2027-01-15T10:10:00.250Z'), 'expires_at: must be more than 10 minutes'],
    ['a far expiry', expiry('2028-01-15T10:00:00.251Z'), 'expires_at: must be more than 10 minutes'],
    [
      'an expiry without a zone',
      expiry('2027-02-01T10:00:00'),
      'expires_at: must be a time with seconds and an offset',
    ],
    [
      'an impossible expiry',
      expiry('2027-02-30T10:00:00Z'),
      'expires_at: must be a time with seconds and an offset',
    ],
    ['neither', body({ lifetime: undefined }), 'body: needs expires_at or lifetime, and has neither'],
    [
      'both',
      body({ expires_at: IN_A_MONTH }),
      'body: needs either expires_at or lifetime, and has both: take one out',
    ],
    ['a short life', body({ lifetime: 'PT10M' }), 'lifetime: must be an ISO 8601 duration'],
    ['a long life', body({ lifetime: 'P366D' }), 'lifetime: must be an ISO 8601 duration'],
    ['a broken life', body({ lifetime: 'P' }), 'lifetime: must be an ISO 8601 duration'],
    [
      '501 characters of metadata',
      body({ metadata: 'x'.repeat(501) }),
      'metadata: must have at most 467 characters',
    ],
    ['a line break', body({ metadata: 'a\nb' }), 'metadata: must be printable ASCII without line breaks'],
    ['a trailing break', body({ metadata: 'a\n' }), 'metadata: must be printable ASCII without line breaks'],
    ['an accent', body({ metadata: 'é' }), 'metadata: must be printable ASCII'],
    ['an unknown field', body({ colour: 'red' }), 'body: has no field "colour"'],
    ['a prototype', '{"display_name":"x","lifetime":"P1D","__proto__":{}}', 'body: has no field "__proto__"'],
    [
      'a nested unknown field',
      body({ recording_options: { autoRecord: true } }),
      'recording_options: has no field "autoRecord"',
    ],
    [
      'a flag in words',
      body({ recording_options: { auto_record: 'yes' } }),
      'recording_options.auto_record: must be a boolean, got "yes"',
    ],
    [
      'a key with a space',
      body({ key: 'a b' }),
      'key: must be 1 to 128 letters, digits or any of - _ . : @ /, got "a b"',
    ],
    ['a long key', body({ key: 'k'.repeat(129) }), 'key: must be 1 to 128'],
    ['a key with a break', body({ key: 'k\n' }), 'key: must be 1 to 128'],
    ['a theme that is no UUID', body({ theme_id: 'blue' }), 'theme_id: must be a UUID, got "blue"'],
    [
      'an address of another kind',
      body({ callback_urls: { rooms_callback_url: 'ftp://x.example' } }),
      'callback_urls.rooms_callback_url: must be an http or https address',
    ],
    [
      'an unknown language',
      body({ ui_settings: { language: 'nl' } }),
      'ui_settings.language: must be "en" or "he"',
    ],
    ['an unknown action', body({ action: 'delete' }), 'action: must be "ensure" or "cancel" or "hold"'],
    ['a cancellation without key', { action: 'cancel' }, 'key: is missing'],
    [
      'an unknown mode',
      body({ renewal: { mode: 'renew' } }),
      'renewal.mode: must be "recreate" or "extend" or "none"',
    ],
    [
      'an end without renewal',
      body({ renewal: { mode: 'none', until: IN_A_MONTH } }),
      'renewal: until has no meaning if mode is none',
    ],
    [
      'an end in the past',
      body({ renewal: { until: '2027-01-15T10:00:00Z' } }),
      'renewal.until: must be ahead of when it is sent',
    ],
  ])('%s', async (_, content, reason) => {
    expect(await refusal(content)).toContain(reason);
  });

  test('several rules in one refusal', async () => {
    expect(await refusal({ display_name: 7, lifetime: 'soon', colour: 1 })).toMatch(
      /^display_name: must be a string, got 7; lifetime: must be .*; body: has no field "colour"/,
    );
  });

  test('never more than five', async () => {
    const wrong = { display_name: 1, type: 2, metadata: 3, theme_id: 4, key: 5, lifetime: 6, expires_at: 7 };
    expect(await refusal(wrong)).toMatch(/; and 2 more$/);
  });
});

describe('a message that lost its place in a redrive by SQS', () => {
  test('is older than whatever its key has heard', async () => {
    const lost = await request(body({ key: 'weekly' }), { isLost: true, sentAt: SENT_AT + 86_400_000 });
    const heard = await request({ key: 'weekly', action: 'cancel' }, { sentAt: SENT_AT });
    expect(lost.sequence.value < heard.sequence.value).toBe(true);
  });

  test('is refused where it names no key, since it would make a second room', async () => {
    expect(await refusal(body(), { isLost: true })).toMatch(
      /^key: is missing, and the message lost its first id/,
    );
  });

  test('is believed where it carries its first id and time', async () => {
    const redriven = redrivenAt(SENT_AT, { messageId: 'first', sentAt: SENT_AT - 5000 });
    const { key, sequence } = await request(body(), originOf(redriven));
    expect([key, sequence.value]).toEqual([
      'message:first',
      (await request(body(), { sentAt: SENT_AT - 5000 })).sequence.value,
    ]);
  });
});

describe('a refusal does not repeat', () => {
  const secret = 'hunter2';
  test.each<[string, Record<string, unknown>]>([
    ['the name', { display_name: `${secret}\ud800` }],
    ['metadata', { metadata: `${secret}\n` }],
    ['an address', { callback_urls: { rooms_callback_url: `ftp://x.example?token=${secret}` } }],
    ['an address in the wrong field', { lifetime: `https://x.example?t=${secret}` }],
    ['what looks like a credential', { theme_id: `${secret}${'a'.repeat(30)}` }],
  ])('%s', async (_, content) => {
    const reason = await refusal(body(content));
    expect(reason).toMatch(/, got \d+ characters$/);
    expect(reason).not.toContain(secret);
  });
});

describe('JSON that names a field twice', () => {
  test.each([
    ['{"key":"a","lifetime":"P30D","display_name":"x","key":"b"}', 'key'],
    [
      '{"lifetime":"P30D","display_name":"x","ui_settings":{"language":"de","langua\\u0067e":"en"}}',
      'language',
    ],
  ])('is refused: %s', async (text, name) => {
    expect(await refusal(text)).toBe(`body: has the field "${name}" twice in one object; take one out`);
  });

  test('is no matter in two objects, nor where it is a value', async () => {
    await request('{"key":"key","lifetime":"P30D","display_name":"key","ui_settings":{"language":"de"}}');
  });
});
