import { describe, expect, test } from 'vitest';
import type { CalendarSettings } from '../../../functions/requests/calendar/event/settings.ts';
import type { ParsedMessage } from '../../../functions/requests/message.ts';
import { parseMessage } from '../../../functions/requests/parse.ts';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { busEvent, message } from '../incoming.ts';
import { calendar, EXACT, vevent } from './texts.ts';

const SETTINGS: CalendarSettings = { ...EXACT, scope: 'occurrence', horizon: 14 * DAY };

/** The messages are sent on Friday, 15 January 2027, at ten. */
function parse(text: string, { type = 'Updated', later = 0 } = {}): Promise<ParsedMessage> {
  const event = message(busEvent(`Calendar Event ${type}`, { icalendar: text }));
  return parseMessage({ ...event, sentAt: event.sentAt + later }, { calendar: SETTINGS });
}

/** What is asked for at once. */
const asked = ({ series = [] }: ParsedMessage) =>
  series.flatMap(({ whole, exceptions }) => [
    ...(whole?.planned ?? []).map(({ request }) => request),
    ...exceptions.filter(({ from }) => from === undefined).map(({ request }) => request),
  ]);

const rooms = (message: ParsedMessage) =>
  asked(message).map(({ key, action, spec }) =>
    [key, action, spec?.expiresAt && new Date(spec.expiresAt).toISOString()].filter(Boolean).join(' '),
  );

const series = (...lines: string[]) =>
  vevent('DTSTART:20270108T090000Z', 'DURATION:PT2H', 'RRULE:FREQ=WEEKLY', ...lines);

const graphEvent = (subject: string, dateTime: string) => ({
  id: 'g',
  subject,
  start: { dateTime, timeZone: 'UTC' },
  end: { dateTime: dateTime.replace('00:00', '30:00'), timeZone: 'UTC' },
});

const KEY = 'ical::planning@example.com';

describe('a room for each occurrence', () => {
  test('is asked for within the horizon, the one that is going on among them', async () => {
    expect(rooms(await parse(calendar(series())))).toEqual([
      `${KEY}:20270115T090000Z ensure 2027-01-15T11:00:00.000Z`,
      `${KEY}:20270122T090000Z ensure 2027-01-22T11:00:00.000Z`,
      `${KEY}:20270129T090000Z ensure 2027-01-29T11:00:00.000Z`,
    ]);
  });

  test('is asked for later when the next occurrence comes near', async () => {
    const { series: [{ body = '', whole: { next, planned } = {} } = {}] = [] } = await parse(
      calendar(series()),
    );
    expect(next).toEqual({
      start: Date.parse('2027-02-05T09:00:00Z'),
      at: Date.parse('2027-01-22T09:00:00Z'),
    });
    expect(planned?.map(({ room }) => new Date(room.until).toISOString())).toEqual([
      '2027-01-15T11:00:00.000Z',
      '2027-01-22T11:00:00.000Z',
      '2027-01-29T11:00:00.000Z',
    ]);
    const again = await parseMessage(
      { body, messageId: 'again', sentAt: next?.at ?? 0 },
      { calendar: SETTINGS },
    );
    expect(rooms(again).at(-1)).toBe(`${KEY}:20270205T090000Z ensure 2027-02-05T11:00:00.000Z`);
  });

  test('is not looked for again behind the last', async () => {
    const text = calendar(series().replace('WEEKLY', 'WEEKLY;COUNT=3'));
    const { series: [news] = [] } = await parse(text);
    expect(news?.whole).not.toHaveProperty('next');
    expect(rooms(await parse(text))).toHaveLength(2);
  });

  test('keeps its key when the occurrence is moved, and ends when it is cancelled', async () => {
    const moved = vevent('RECURRENCE-ID:20270122T090000Z', 'DTSTART:20270123T120000Z', 'DURATION:PT2H');
    const off = vevent('RECURRENCE-ID:20270129T090000Z', 'STATUS:CANCELLED');
    expect(rooms(await parse(calendar(series(), moved, off))).slice(1)).toEqual([
      `${KEY}:20270122T090000Z ensure 2027-01-23T14:00:00.000Z`,
      `${KEY}:20270129T090000Z cancel`,
    ]);
    expect(rooms(await parse(calendar(moved)))).toEqual([
      `${KEY}:20270122T090000Z ensure 2027-01-23T14:00:00.000Z`,
    ]);
  });

  test('ends for all of them when the series is cancelled', async () => {
    const cancelled = await parse(calendar(series()), { type: 'Cancelled' });
    expect(rooms(cancelled)).toEqual([
      `${KEY}:20270115T090000Z cancel`,
      `${KEY}:20270122T090000Z cancel`,
      `${KEY}:20270129T090000Z cancel`,
    ]);
    expect(cancelled.series?.[0]?.whole).toMatchObject({ cancelled: true });
    expect(cancelled.series?.[0]?.whole).not.toHaveProperty('next');
  });

  test('is read again later with nothing in the message that no room depends on', async () => {
    const personal = ['ATTENDEE:mailto:somebody@example.com', 'DESCRIPTION:The plan', 'LOCATION:Room 5'];
    const told = await parse(calendar(series(...personal, 'SUMMARY:Salaries', 'CLASS:PRIVATE')));
    expect(told.series?.[0]?.body).not.toMatch(/somebody|The plan|Room 5|Salaries/);
  });

  test('is read again without the title of an occurrence that alone is private', async () => {
    const moved = ['RECURRENCE-ID:20270122T090000Z', 'DTSTART:20270123T120000Z'];
    const told = await parse(calendar(series(), vevent(...moved, 'SUMMARY:Salaries', 'CLASS:CONFIDENTIAL')));
    expect(told.series?.[0]?.body).toMatch(/SUMMARY:Planning/);
    expect(told.series?.[0]?.body).not.toMatch(/Salaries/);
  });

  test('is read again with nothing of what Microsoft Graph tells inside of its exceptions', async () => {
    const personal = {
      attendees: [{ emailAddress: { address: 'somebody@example.com' } }],
      body: { content: 'The plan' },
      location: { displayName: 'Room 5' },
    };
    const exception = { ...graphEvent('Salaries', '2027-01-23T12:00:00'), ...personal };
    const detail = {
      ...graphEvent('Planning', '2027-01-08T09:00:00'),
      ...personal,
      recurrence: {
        pattern: { type: 'weekly', interval: 1, daysOfWeek: ['friday'] },
        range: { type: 'noEnd' },
      },
      exceptionOccurrences: [
        { ...exception, sensitivity: 'private', originalStart: '2027-01-22T09:00:00Z', seriesMasterId: 'g' },
      ],
    };
    const event = message(busEvent('Calendar Event Updated', detail));
    const { series: [news] = [] } = await parseMessage(event, { calendar: SETTINGS });
    expect(news?.body).toMatch(/Planning.*2027-01-23T12/);
    expect(news?.body).not.toMatch(/somebody|The plan|Room 5|Salaries/);
  });

  test('is read again without the title of a private occurrence that was told of alone', async () => {
    const moved = { ...graphEvent('Salaries', '2027-07-23T12:00:00'), sensitivity: 'private' };
    const detail = { ...moved, originalStart: '2027-07-22T09:00:00Z', seriesMasterId: 'g' };
    const event = message(busEvent('Calendar Event Updated', detail));
    const { series: [news] = [] } = await parseMessage(event, { calendar: SETTINGS });
    expect(news?.body).toMatch(/2027-07-23T12/);
    expect(news?.body).not.toMatch(/Salaries/);
  });

  test('ends whatever it was when a cancellation does not say so', async () => {
    const bare = calendar(
      ['BEGIN:VEVENT', 'UID:planning@example.com', 'DTSTAMP:20270115T090000Z', 'END:VEVENT'].join('\r\n'),
    );
    const { requests, series: [news] = [] } = await parse(bare, { type: 'Cancelled' });
    expect(requests).toEqual([]);
    expect(news).toMatchObject({
      key: KEY,
      whole: { planned: [{ request: { key: KEY, action: 'cancel' } }] },
    });
  });

  test('waits for its time when only the occurrence was moved and is far ahead', async () => {
    const moved = vevent('RECURRENCE-ID:20270723T090000Z', 'DTSTART:20270724T120000Z', 'DURATION:PT2H');
    expect(rooms(await parse(calendar(moved)))).toEqual([]);
  });

  test('says which occurrence it is for', async () => {
    const [request] = asked(await parse(calendar(series())));
    expect(request?.origin).toEqual({
      format: 'icalendar',
      uid: 'planning@example.com',
      occurrence: '2027-01-15T09:00:00.000Z',
    });
  });

  test('is one room under the key of the event when it takes place once', async () => {
    const once = calendar(vevent('DTSTART:20270901T090000Z', 'DURATION:PT2H'));
    expect(rooms(await parse(once))).toEqual([`${KEY} ensure 2027-09-01T11:00:00.000Z`]);
  });

  test('is refused where there would be hundreds', async () => {
    await expect(parse(calendar(series().replace('WEEKLY', 'HOURLY')))).rejects.toThrow(
      'recurrence: has more than 200 occurrences within the horizon of 14 days; ask for one room for the series',
    );
  });
});
