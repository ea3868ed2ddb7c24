import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, caldav, event, put, start } from '../support/caldav.ts';

beforeEach(() => start());
afterEach(() => caldav.close());

const textOf = (name: string) => caldav.calendar('ann/team').member(name)?.text;

describe('PUT', () => {
  test('makes a new event, changes it under its etag, and refuses another', async () => {
    const made = await put('1.ics', event('1'), { 'if-none-match': '*' });
    const etag = made.headers.get('etag') ?? '';
    expect(made.status).toBe(201);
    expect((await put('1.ics', event('1'), { 'if-none-match': '*' })).status).toBe(412);
    const changed = await put('1.ics', event('1', 'SUMMARY:New'), { 'if-match': etag });
    expect(changed.status).toBe(204);
    expect(changed.headers.get('etag')).not.toBe(etag);
    expect((await put('1.ics', event('1', 'SUMMARY:Late'), { 'if-match': etag })).status).toBe(412);
    expect((await put('2.ics', event('2'), { 'if-match': '*' })).status).toBe(412);
    expect(textOf('1.ics')).toContain('SUMMARY:New');
  });

  test.each([
    ['without a UID', event('1').replace('UID:1\r\n', '')],
    ['with a METHOD', event('1').replace('VERSION:2.0', 'METHOD:REQUEST')],
    ['torn', event('1').slice(0, -40)],
    ['that is none', 'hello'],
  ])('refuses a text %s', async (_, text) => {
    const { status, body } = await put('1.ics', text);
    expect([status, body]).toEqual([403, expect.stringContaining('valid-calendar-object-resource')]);
  });

  test('refuses a second event with the UID of another', async () => {
    await put('1.ics', event('1'));
    expect((await put('2.ics', event('1'))).status).toBe(409);
  });

  test.each(['sorted', 'escaped', 'none'] as const)('keeps a text %s', async (rewriting) => {
    await start({ switches: { rewriting } });
    const text = event('1', 'CONFERENCE;VALUE=URI:https://a.example/1;b', `DESCRIPTION:${'ü'.repeat(80)}`);
    await put('1.ics', text);
    const kept = textOf('1.ics') ?? '';
    expect(kept === text).toBe(rewriting === 'none');
    expect(kept.includes('1\\;b')).toBe(rewriting === 'escaped');
    expect(kept.indexOf('CONFERENCE') < kept.indexOf('DTEND')).toBe(rewriting === 'sorted');
    expect(kept.replaceAll('\r\n ', '')).toContain('ü'.repeat(80));
  });

  test('is forgotten, or answered without an etag, if it is that kind of server', async () => {
    await start({ switches: { writes: 'silent', etagInAnswer: false } });
    const { status, headers } = await put('1.ics', event('1'));
    expect([status, headers.get('etag'), textOf('1.ics')]).toEqual([201, null, undefined]);
  });
});

test('GET and DELETE are of one event', async () => {
  await put('1.ics', event('1'));
  const { headers, body } = await ask('GET', '/ann/team/1.ics');
  expect(body).toBe(textOf('1.ics'));
  const etag = headers.get('etag') ?? '';
  expect((await ask('DELETE', '/ann/team/1.ics', { headers: { 'if-match': '"x"' } })).status).toBe(412);
  expect((await ask('DELETE', '/ann/team/1.ics', { headers: { 'if-match': etag } })).status).toBe(204);
  expect((await ask('GET', '/ann/team/1.ics')).status).toBe(404);
  expect((await ask('GET', '/ann/team/')).status).toBe(405);
});

describe('mails to attendees', () => {
  const PEOPLE = [
    'ORGANIZER:mailto:ann@example.org',
    'ATTENDEE;CN=Bob:mailto:bob@example.org',
    'ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:cid@example.org',
  ];

  test.each([
    ['significant', 1, 2],
    ['all', 2, 3],
    ['off', 0, 0],
  ] as const)('with scheduling %s', async (scheduling, afterText, afterMove) => {
    await start({ switches: { scheduling } });
    await put('1.ics', event('1', ...PEOPLE));
    await put('1.ics', event('1', ...PEOPLE, 'LOCATION:Here'));
    expect(caldav.mails).toHaveLength(afterText);
    await put('1.ics', event('1', ...PEOPLE, 'LOCATION:Here').replace('T09', 'T08'));
    expect(caldav.mails).toHaveLength(afterMove);
    expect(caldav.mails.every(({ to }) => to === 'mailto:bob@example.org')).toBe(true);
  });
});
