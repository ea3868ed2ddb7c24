import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { feedSource } from '../../functions/adapters/calendars/feed-source.ts';
import {
  type Feed,
  type FeedMemory,
  type FeedReading,
  FeedUnreadableError,
} from '../../functions/feeds/feed.ts';
import { readFeed } from '../../functions/feeds/read-feed.ts';
import { parseMessage } from '../../functions/requests/parse.ts';
import type { Room, RoomRequest } from '../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../functions/rooms/model/time.ts';
import { mergeIntoRow } from '../../functions/rooms/series/calendar.ts';
import { calendar, EXACT, vevent } from '../requests/calendar/texts.ts';
import { type CalendarServer, SECRET_PATH, startCalendarServer } from './calendar-server.ts';

const FEED: Feed = { name: 'team', secret: 'feed/team', timeZone: 'Europe/Berlin' };

let server: CalendarServer;
let now: number;
let sent: string[];
let memory: FeedMemory | undefined;
let secret: string | undefined;

const reading = (timeLimit?: number): FeedReading => ({
  source: feedSource({ secrets: { read: async () => secret }, timeLimit, onThisMachine: true }),
  memories: {
    read: async () => memory,
    prepare: (_, next) => async () => {
      memory = { ...next, revision: next.revision + 1 };
    },
  },
  outbox: { send: async (bodies) => void sent.push(...bodies) },
  now: () => now,
});

beforeEach(async () => {
  server = await startCalendarServer();
  now = Date.parse('2027-01-15T10:00:00Z');
  sent = [];
  memory = undefined;
  secret = server.address;
});
afterEach(() => server.stop());

const meeting = (number: number, ...lines: string[]) =>
  vevent(`UID:meeting-${number}`, 'DTSTART:20270301T090000Z', 'DURATION:PT1H', ...lines);

const meetings = (count: number) => Array.from({ length: count }, (_, number) => meeting(number));

/** What the messages so far ask for, as rows would remember it. */
async function rooms(): Promise<Map<string, RoomRequest>> {
  const rows = new Map<string, Room>();
  const asked = new Map<string, RoomRequest>();
  for (const body of sent) {
    const { requests } = await parseMessage({ body, messageId: 'm', sentAt: now }, { calendar: EXACT });
    for (const request of requests) {
      const recalled = mergeIntoRow(rows.get(request.key), request);
      rows.set(request.key, { calendar: recalled.calendar } as Room);
      asked.set(request.key, recalled.request);
    }
  }
  return asked;
}

async function actions(): Promise<Record<string, string>> {
  return Object.fromEntries([...(await rooms())].map(([key, { action }]) => [key, action]));
}

describe('a feed of 2,000 events', () => {
  beforeEach(() => {
    server.text = calendar(...meetings(2000));
  });

  test('asks for 2,000 rooms, and at the second reading for nothing', async () => {
    expect(await readFeed(FEED, reading())).toEqual({ outcome: 'changed', sent: 2000, cancelled: 0 });
    expect((await rooms()).size).toBe(2000);
    expect(await readFeed(FEED, reading())).toEqual({ outcome: 'unchanged', sent: 0, cancelled: 0 });
    expect(sent).toHaveLength(2000);
    expect(server.requests[1]?.headers['if-none-match']).toBeDefined();
  });

  test('cancels the one that is gone', async () => {
    await readFeed(FEED, reading());
    server.text = calendar(...meetings(2000).toSpliced(7, 1));
    now += HOUR;
    expect(await readFeed(FEED, reading())).toEqual({ outcome: 'changed', sent: 1, cancelled: 1 });
    const asked = await actions();
    expect(asked['ical:team:meeting-7']).toBe('cancel');
    expect(Object.values(asked).filter((action) => action === 'ensure')).toHaveLength(1999);
  });

  test.each<[string, (text: string) => string, string]>([
    ['cut off', (text) => text.slice(0, text.length / 2), 'is the text cut off?'],
    ['a page to log in at', () => '<html>Log in</html>', 'has no BEGIN:VCALENDAR'],
    ['nothing', () => '', 'has no BEGIN:VCALENDAR'],
  ])('cancels nothing when it comes back as %s', async (_, damaged, reason) => {
    await readFeed(FEED, reading());
    const before = memory;
    server.text = damaged(server.text);
    await expect(readFeed(FEED, reading())).rejects.toThrow(reason);
    expect([sent.length, memory]).toEqual([2000, before]);
  });

  test('cancels nothing when it comes back empty, and goes on from where it was', async () => {
    await readFeed(FEED, reading());
    const full = server.text;
    server.text = calendar();
    expect(await readFeed(FEED, reading())).toEqual({ outcome: 'empty', sent: 0, cancelled: 0 });
    server.text = full;
    expect(await readFeed(FEED, reading())).toEqual({ outcome: 'unchanged', sent: 0, cancelled: 0 });
  });
});

describe('an event of a feed', () => {
  const asked = async () => (await rooms()).get('ical:team:meeting-1');

  test('moves its room when it is moved, although its sequence stays', async () => {
    server.text = calendar(meeting(1));
    await readFeed(FEED, reading());
    server.text = calendar(meeting(1).replace('20270301', '20270401'));
    now += HOUR;
    await readFeed(FEED, reading());
    expect(new Date((await asked())?.spec?.expiresAt ?? 0).toISOString()).toBe('2027-04-01T10:00:00.000Z');
  });

  test('is not news when the server has only stamped it anew', async () => {
    server.text = calendar(meeting(1, 'DTSTAMP:20270101T000000Z'));
    await readFeed(FEED, reading());
    server.text = calendar(meeting(1, 'DTSTAMP:20270102T000000Z', 'LAST-MODIFIED:20270102T000000Z'));
    expect(await readFeed(FEED, reading())).toMatchObject({ outcome: 'unchanged', sent: 0 });
  });

  test('that was gone and came back as it was lives again', async () => {
    server.text = calendar(meeting(1, 'SEQUENCE:3'), meeting(2));
    await readFeed(FEED, reading());
    server.text = calendar(meeting(2));
    now += HOUR;
    await readFeed(FEED, reading());
    expect((await asked())?.action).toBe('cancel');
    server.text = calendar(meeting(1, 'SEQUENCE:3'), meeting(2));
    now += HOUR;
    await readFeed(FEED, reading());
    expect((await asked())?.action).toBe('ensure');
  });

  test('is as the feed has it now, whatever its sequence was', async () => {
    server.text = calendar(meeting(1, 'SEQUENCE:3'), meeting(2));
    await readFeed(FEED, reading());
    server.text = calendar(meeting(1, 'SEQUENCE:0').replace('20270301', '20270401'), meeting(2));
    now += HOUR;
    await readFeed(FEED, reading());
    expect(new Date((await asked())?.spec?.expiresAt ?? 0).toISOString()).toBe('2027-04-01T10:00:00.000Z');
    server.text = calendar(meeting(2));
    now += HOUR;
    await readFeed(FEED, reading());
    expect((await asked())?.action).toBe('cancel');
  });

  test('that stands in two calendars of the feed, its exception apart, is one event and news once', async () => {
    const weekly = meeting(1, 'RRULE:FREQ=WEEKLY;COUNT=2');
    const off = vevent('UID:meeting-1', 'RECURRENCE-ID:20270308T090000Z', 'STATUS:CANCELLED');
    server.text = calendar(weekly) + calendar(off);
    expect(await readFeed(FEED, reading())).toMatchObject({ outcome: 'changed', sent: 1 });
    expect(new Date((await asked())?.spec?.expiresAt ?? 0).toISOString()).toBe('2027-03-01T10:00:00.000Z');
    server.text += '\r\n';
    expect(await readFeed(FEED, reading())).toMatchObject({ outcome: 'unchanged', sent: 0 });
  });

  test('is not news when only its sequence was counted up, as for an attendee', async () => {
    server.text = calendar(meeting(1, 'SEQUENCE:1'));
    await readFeed(FEED, reading());
    server.text = calendar(meeting(1, 'SEQUENCE:2'));
    expect(await readFeed(FEED, reading())).toMatchObject({ outcome: 'unchanged', sent: 0 });
  });

  test('takes place after all when its cancellation is gone, whatever sequence that had', async () => {
    const weekly = meeting(1, 'RRULE:FREQ=WEEKLY;COUNT=2', 'SEQUENCE:1');
    const off = vevent('UID:meeting-1', 'RECURRENCE-ID:20270308T090000Z', 'STATUS:CANCELLED', 'SEQUENCE:5');
    server.text = calendar(weekly, off);
    await readFeed(FEED, reading());
    expect(new Date((await asked())?.spec?.expiresAt ?? 0).toISOString()).toBe('2027-03-01T10:00:00.000Z');
    server.text = calendar(weekly);
    now += HOUR;
    await readFeed(FEED, reading());
    expect(new Date((await asked())?.spec?.expiresAt ?? 0).toISOString()).toBe('2027-03-08T10:00:00.000Z');
  });

  test('whose exception is gone ends as planned', async () => {
    const weekly = meeting(1, 'RRULE:FREQ=WEEKLY;COUNT=2');
    const moved = vevent(
      'UID:meeting-1',
      'RECURRENCE-ID:20270308T090000Z',
      'DTSTART:20270320T090000Z',
      'DURATION:PT1H',
    );
    server.text = calendar(weekly, moved);
    await readFeed(FEED, reading());
    expect(new Date((await asked())?.spec?.expiresAt ?? 0).toISOString()).toBe('2027-03-20T10:00:00.000Z');
    server.text = calendar(weekly);
    now += HOUR;
    await readFeed(FEED, reading());
    expect(new Date((await asked())?.spec?.expiresAt ?? 0).toISOString()).toBe('2027-03-08T10:00:00.000Z');
  });

  test('of which it has single occurrences has a room for those that are new, after the others are gone', async () => {
    const occurrence = (day: string, title: string) =>
      vevent(`UID:meeting-1`, `RECURRENCE-ID:${day}T090000Z`, `DTSTART:${day}T100000Z`, `SUMMARY:${title}`);
    server.text = calendar(occurrence('20270308', 'First'), meeting(2));
    await readFeed(FEED, reading());
    server.text = calendar(meeting(2));
    now += HOUR;
    await readFeed(FEED, reading());
    expect((await asked())?.action).toBe('cancel');
    server.text = calendar(occurrence('20270315', 'Second'), meeting(2));
    now += HOUR;
    await readFeed(FEED, reading());
    expect((await asked())?.spec).toMatchObject({
      expiresAt: Date.parse('2027-03-15T10:00:00Z'),
      settings: { display_name: 'Second' },
    });
  });

  test('that was long over when it was first seen is left alone, until it is planned anew', async () => {
    server.text = calendar(
      meeting(1).replace('20270301', '20200301').replace('DURATION:PT1H', 'DTEND:20200301T100000Z'),
    );
    expect(await readFeed(FEED, reading())).toMatchObject({ sent: 0 });
    server.text = calendar(meeting(1));
    now += HOUR;
    expect(await readFeed(FEED, reading())).toMatchObject({ sent: 1 });
  });

  test('has a short name instead of a UID without end, which would leave no space for the others', async () => {
    const long = meeting(1).replace('UID:meeting-1', `UID:${'x'.repeat(100_000)}`);
    server.text = calendar(long, meeting(2));
    for (const _ of [1, 2]) await readFeed(FEED, reading());
    expect(sent).toHaveLength(2);
    expect(JSON.stringify(memory).length).toBeLessThan(1000);
    expect([...(await rooms()).keys()]).toHaveLength(2);
  });

  test('has its dates in the zone of the feed', async () => {
    server.text = calendar(vevent('UID:meeting-1', 'DTSTART;VALUE=DATE:20270301'));
    await readFeed(FEED, reading());
    expect(new Date((await asked())?.spec?.expiresAt ?? 0).toISOString()).toBe('2027-03-01T23:00:00.000Z');
  });

  test('has its title whole, although a line was folded in the middle of a character', async () => {
    const bytes = Buffer.from(calendar(meeting(1).replace('SUMMARY:Planning', 'SUMMARY:Büro')));
    const at = bytes.indexOf('ü') + 1;
    const folded = Buffer.concat([bytes.subarray(0, at), Buffer.from('\r\n '), bytes.subarray(at)]);
    server.fault = (response) => response.writeHead(200, { 'content-type': 'text/calendar' }).end(folded);
    await readFeed(FEED, reading());
    expect((await asked())?.spec?.settings.display_name).toBe('Büro');
  });

  test('takes nothing along that a person wrote about it', async () => {
    server.text = calendar(meeting(1, 'DESCRIPTION:secret', 'ATTENDEE:mailto:ben@example.com'));
    await readFeed(FEED, reading());
    expect(sent.join()).not.toMatch(/secret|ben@/);
  });
});

test('a feed that has got another address is read there anew, whatever the first one gave for its state', async () => {
  const fixed = (count: number) => (response: ServerResponse, request: IncomingMessage) => {
    const same = request.headers['if-none-match'] === '"1"';
    response.writeHead(same ? 304 : 200, { etag: '"1"' }).end(same ? '' : calendar(...meetings(count)));
  };
  server.fault = fixed(1);
  await readFeed(FEED, reading());
  expect(await readFeed(FEED, reading())).toMatchObject({ outcome: 'unchanged' });
  secret = server.address.replace('basic', 'other');
  server.fault = fixed(2);
  expect(await readFeed(FEED, reading())).toMatchObject({ outcome: 'changed', sent: 1 });
  expect(await readFeed(FEED, reading())).toMatchObject({ outcome: 'unchanged' });
  expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
    undefined,
    '"1"',
    undefined,
    '"1"',
  ]);
  expect(JSON.stringify(memory)).not.toContain(SECRET_PATH);
});

describe('a feed that fails', () => {
  async function failure(timeLimit?: number): Promise<string> {
    const error: unknown = await readFeed(FEED, reading(timeLimit)).catch((caught: unknown) => caught);
    if (!(error instanceof FeedUnreadableError)) throw new Error('it did not fail', { cause: error });
    const told = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join();
    expect(told).not.toMatch(new RegExp(`${SECRET_PATH}|127\\.0\\.0\\.1|localhost`));
    return error.message;
  }

  test.each([404, 401, 410, 500, 503, 204])(
    'says that its server answers %s, and cancels nothing',
    async (status) => {
      server.text = calendar(meeting(1));
      await readFeed(FEED, reading());
      server.fault = (response) => response.writeHead(status).end();
      expect(await failure()).toBe(
        `feed team: its server answers ${status}; its rooms stay as they are, and it is read again at its next time`,
      );
      expect(sent).toHaveLength(1);
    },
  );

  test('says that it takes too long', async () => {
    server.fault = (response) => void response.writeHead(200).write('BEGIN:VCALENDAR\r\n');
    expect(await failure(200)).toContain('took longer than 0.2 s');
  });

  test('says that it cannot be reached', async () => {
    await server.stop();
    expect(await failure()).toContain('cannot be reached (ECONNREFUSED)');
    server = await startCalendarServer();
  });

  test('says that it broke off', async () => {
    server.fault = (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('BEGIN:VCALENDAR\r\n');
      void setTimeout(20).then(() => response.destroy());
    };
    expect(await failure()).toContain('cannot be reached (ECONNRESET)');
  });

  test('says that it is too large, before it has read all of it', async () => {
    server.fault = (response) => {
      response.writeHead(200);
      const more = () => response.write(Buffer.alloc(1 << 20)) && setImmediate(more);
      response.on('drain', more);
      more();
    };
    expect(await failure(20_000)).toContain('has more than 10485760 bytes');
  });

  test('says that it has too many events', async () => {
    server.text = calendar(...meetings(5001));
    expect(await failure()).toContain('has 5001 events, more than 5000');
    expect(sent).toEqual([]);
  });

  test('sends nothing of what cannot be remembered', async () => {
    server.text = calendar(meeting(1));
    const full = {
      ...reading().memories,
      prepare: () => {
        throw new FeedUnreadableError('team', 'has too many events');
      },
    };
    await expect(readFeed(FEED, { ...reading(), memories: full })).rejects.toThrow('has too many events');
    expect(sent).toEqual([]);
  });

  test('says what is wrong with its secret', async () => {
    for (const wrong of [undefined, '', 'no address']) {
      secret = wrong;
      expect(await failure()).toContain('secret feed/team holds no address');
    }
  });

  test('says that its secret may not be read, instead of blaming its server', async () => {
    const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    const source = feedSource({ secrets: { read: () => Promise.reject(denied) } });
    await expect(readFeed(FEED, { ...reading(), source })).rejects.toThrow(
      'feed team: secret feed/team cannot be read (AccessDeniedException); its rooms stay as they are',
    );
  });

  test('is not read over a way that others can read', async () => {
    secret = `http://calendar.example/${SECRET_PATH}`;
    expect(await failure()).toContain('its address must begin with https://');
    secret = server.address;
    server.fault = (response) =>
      response.writeHead(302, { location: `http://calendar.example/${SECRET_PATH}` }).end();
    expect(await failure()).toContain('its address must begin with https://');
  });

  test('is not read as a user with a password', async () => {
    secret = server.address.replace('//', '//ana:pass@');
    expect(await failure()).toContain('its address must go without a user and a password in it');
  });

  test('is not followed in circles, but to where it went', async () => {
    server.fault = (response) => response.writeHead(301, { location: server.address }).end();
    expect(await failure()).toContain('is redirected more than 5 times');
    server.text = calendar(meeting(1));
    server.fault = (response) => {
      server.fault = undefined;
      response.writeHead(302, { location: '/elsewhere.ics' }).end();
    };
    expect(await readFeed(FEED, reading())).toMatchObject({ outcome: 'changed' });
  });
});

test('what was sent is sent again where it could not be remembered', async () => {
  server.text = calendar(meeting(1));
  const broken = { ...reading().memories, prepare: () => () => Promise.reject(new Error('throttled')) };
  await expect(readFeed(FEED, { ...reading(), memories: broken })).rejects.toThrow('throttled');
  now += DAY;
  expect(await readFeed(FEED, reading())).toMatchObject({ sent: 1 });
  expect(Object.values(await actions())).toEqual(['ensure']);
});

describe('events without a UID', () => {
  const nameless = (day: string, ...lines: string[]) =>
    vevent('UID:', `DTSTART:202703${day}T090000Z`, 'DURATION:PT1H', ...lines);

  test('have a room each, which a later reading leaves as it is', async () => {
    server.text = calendar(nameless('01'), nameless('02'), meeting(1));
    expect(await readFeed(FEED, reading())).toMatchObject({ sent: 3 });
    server.text = calendar(meeting(1), nameless('02', 'SEQUENCE:9'), nameless('01'));
    expect(await readFeed(FEED, reading())).toMatchObject({ outcome: 'unchanged' });
    expect([...(await rooms()).values()].filter(({ action }) => action === 'ensure')).toHaveLength(3);
  });

  test('lose it when they are gone', async () => {
    server.text = calendar(nameless('01'), meeting(1));
    await readFeed(FEED, reading());
    server.text = calendar(meeting(1));
    now += HOUR;
    expect(await readFeed(FEED, reading())).toMatchObject({ cancelled: 1 });
    expect([...(await rooms()).values()].filter(({ action }) => action === 'ensure')).toHaveLength(1);
  });
});

test('of an event that stands twice, the higher SEQUENCE counts, wherever it stands', async () => {
  const on = (day: string, sequence: number) =>
    vevent('UID:twice', `DTSTART:202703${day}T090000Z`, 'DURATION:PT1H', `SEQUENCE:${sequence}`);
  for (const events of [
    [on('21', 1), on('05', 0)],
    [on('05', 0), on('21', 1)],
  ]) {
    [sent, memory] = [[], undefined];
    server.text = calendar(...events);
    await readFeed(FEED, reading());
    const [request] = (await rooms()).values();
    expect(request?.spec?.expiresAt).toBe(Date.parse('2027-03-21T10:00:00Z'));
  }
});

test('an event that was refused is told once more when calendars are read by newer rules', async () => {
  server.text = calendar(meeting(1));
  await readFeed(FEED, reading());
  // as a version before left it behind: with a digest of its own rules
  memory = memory && {
    ...memory,
    validators: {},
    events: memory.events.map(({ uid }) => ({ uid, digest: 'older' })),
  };
  expect(await readFeed(FEED, reading())).toMatchObject({ sent: 1, cancelled: 0 });
  expect(await readFeed(FEED, reading())).toMatchObject({ outcome: 'unchanged' });
});

describe('a feed whose events come to more than may be sent at once', () => {
  const names = Array.from({ length: 2000 }, (_, number) => `X-${'P'.repeat(40)}${number}`);
  const large = [
    'BEGIN:VTIMEZONE',
    'TZID:Own Zone',
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0100',
    ...names.map(
      (_, number) => `RDATE:${2000 + (number % 30)}0101T0000${String(number % 60).padStart(2, '0')}`,
    ),
    'END:STANDARD',
    'END:VTIMEZONE',
  ].join('\r\n');
  const events = Array.from({ length: 900 }, (_, number) =>
    vevent(`UID:event-${number}`, 'DTSTART;TZID=Own Zone:20270301T090000', 'DURATION:PT1H'),
  );

  test('is sent on in several readings, and none of its rooms is taken for gone', async () => {
    server.text = calendar(large, ...events);
    const sentBy: number[] = [];
    for (let readings = 0; readings < 5; readings += 1) {
      const { sent: count, cancelled, postponed = 0 } = await readFeed(FEED, reading());
      expect(cancelled).toBe(0);
      sentBy.push(count);
      if (postponed === 0) break;
    }
    expect(sentBy.length).toBeGreaterThan(1);
    expect(sentBy.reduce((sum, count) => sum + count)).toBe(900);
  });
});
