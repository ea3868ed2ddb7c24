import { describe, expect, test } from 'vitest';
import { readFile } from '../../functions/feeds/read-file.ts';
import { readReadingTask, writeFeedTask } from '../../functions/feeds/task.ts';
import { parseMessage } from '../../functions/requests/parse.ts';
import { calendar, EXACT, vevent } from '../requests/calendar/texts.ts';

const AT = Date.parse('2027-01-15T10:00:00Z');
const FILE = { bucket: 'calendars', key: 'teams/a.ics', at: AT };

async function read(text: string | undefined): Promise<string[]> {
  const sent: string[] = [];
  const source = { read: async () => text };
  const count = await readFile(FILE, {
    source,
    outbox: { send: async (bodies) => void sent.push(...bodies) },
  });
  expect(count).toBe(sent.length);
  return sent;
}

describe('a calendar in a bucket', () => {
  test('is a message for each of its events, as new as it says itself', async () => {
    const event = (uid: string) =>
      vevent(`UID:${uid}`, 'DTSTART:20270301T090000Z', 'DURATION:PT1H', 'DESCRIPTION:secret');
    const bodies = await read(calendar(event('a'), event('b')));
    expect(bodies.join()).not.toContain('secret');
    const parsed = await Promise.all(
      bodies.map((body) => parseMessage({ body, messageId: 'm', sentAt: AT }, { calendar: EXACT })),
    );
    const requests = parsed.flatMap((message) => message.requests);
    expect(requests.map(({ key }) => key)).toEqual([
      expect.stringMatching(/^ical:\/[\w-]+:a$/),
      expect.stringMatching(/^ical:\/[\w-]+:b$/),
    ]);
    expect(requests[0]?.origin).toMatchObject({ calendarId: 'teams/a', uid: 'a' });
    expect(requests[0]?.news?.event?.at).toContain(String(Date.parse('2027-01-01T00:00:00Z')));
  });

  test('that is gone again asks for nothing', async () => {
    expect(await read(undefined)).toEqual([]);
  });

  test('has its events sent on beside one that is too large for a message', async () => {
    const dates = Array.from({ length: 20_000 }, (_, day) => `EXDATE:${20270301 + day}T090000Z`);
    const event = (uid: string, ...lines: string[]) =>
      vevent(`UID:${uid}`, 'DTSTART:20270301T090000Z', ...lines);
    const sent: string[] = [];
    const reading = readFile(FILE, {
      source: { read: async () => calendar(event('huge', ...dates), event('a')) },
      outbox: { send: async (bodies) => void sent.push(...bodies) },
    });
    await expect(reading).rejects.toThrow(
      'teams/a.ics: left out event "huge", too large for a message of at most 262144 bytes; all others were sent on',
    );
    expect(sent).toEqual([expect.stringContaining('UID:a')]);
  });

  test('is refused where it is none', async () => {
    await expect(read('hello')).rejects.toThrow('teams/a.ics: icalendar: has no BEGIN:VCALENDAR');
  });
});

describe('what there is to read', () => {
  const created = {
    'detail-type': 'Object Created',
    time: '2027-01-15T10:00:00Z',
    detail: { bucket: { name: 'calendars' }, object: { key: 'teams/a.ics', size: 7 } },
  };

  test.each<[unknown, unknown]>([
    [{}, { kind: 'all' }],
    [JSON.parse(writeFeedTask('team')), { kind: 'feed', name: 'team' }],
    [created, { kind: 'file', ...FILE }],
  ])('%j is %j', (body, task) => {
    expect(readReadingTask(JSON.stringify(body))).toEqual(task);
  });

  test.each([
    ['hello', 'body: must be {} to read all calendars, {"feed": name} or {"calendar": id} to read one'],
    ['{"feeds":1}', 'body: has no field "feeds"'],
    ['[]', 'body: must be an object, got a list'],
    ['{"detail":{}}', 'detail.bucket: is missing'],
  ])('%s is refused', (body, reason) => {
    expect(() => readReadingTask(body)).toThrow(reason);
  });
});
