import { calendar, vevent } from './texts.ts';

export type Told = Readonly<{ type: 'Created' | 'Updated' | 'Cancelled'; detail: unknown }>;

/** The life of one meeting, as one calendar tells it; and until when its room is needed after each step. */
export interface Story {
  readonly steps: readonly (readonly [told: Told, until: string])[];
}

const WEEKLY = 'RRULE:FREQ=WEEKLY;COUNT=10';
const HOUR = 'DURATION:PT1H';

/** Fridays at nine, UTC, from 15 January 2027: the last of ten is on 19 March. */
const ics = (method: string, sequence: number, ...lines: string[]) => ({
  icalendar: calendar(
    `METHOD:${method}`,
    vevent(`SEQUENCE:${sequence}`, `DTSTAMP:202701010${sequence}0000Z`, ...lines),
  ),
});

export const ICALENDAR: Story = {
  steps: [
    [
      { type: 'Created', detail: ics('REQUEST', 0, 'DTSTART:20270115T090000Z', HOUR, WEEKLY) },
      '2027-03-19T10:00Z',
    ],
    [
      { type: 'Updated', detail: ics('REQUEST', 1, 'DTSTART:20270115T150000Z', HOUR, WEEKLY) },
      '2027-03-19T16:00Z',
    ],
    [
      { type: 'Updated', detail: ics('REQUEST', 2, 'DTSTART:20280310T150000Z', HOUR, WEEKLY) },
      '2028-05-12T16:00Z',
    ],
    [{ type: 'Updated', detail: ics('CANCEL', 3, 'RECURRENCE-ID:20280512T150000Z') }, '2028-05-05T16:00Z'],
    [{ type: 'Cancelled', detail: ics('CANCEL', 4) }, 'no room'],
    [
      { type: 'Updated', detail: ics('REQUEST', 5, 'DTSTART:20270115T090000Z', HOUR, WEEKLY) },
      '2027-03-19T10:00Z',
    ],
  ],
};

/** As a feed or a file tells it: always the whole event. */
const file = (sequence: number, event: readonly string[], ...exceptions: string[]) => ({
  icalendar: calendar(
    vevent(
      `SEQUENCE:${sequence}`,
      'DTSTAMP:20270601T000000Z',
      `LAST-MODIFIED:202701010${sequence}0000Z`,
      ...event,
    ),
    ...exceptions,
  ),
});

export const CALENDAR_FILE: Story = {
  steps: [
    [{ type: 'Updated', detail: file(0, ['DTSTART:20270115T090000Z', HOUR, WEEKLY]) }, '2027-03-19T10:00Z'],
    [
      {
        type: 'Updated',
        detail: file(
          1,
          ['DTSTART:20270115T090000Z', HOUR, WEEKLY],
          vevent('RECURRENCE-ID:20270319T090000Z', 'DTSTART:20270401T090000Z', HOUR),
        ),
      },
      '2027-04-01T10:00Z',
    ],
    [{ type: 'Updated', detail: file(2, ['DTSTART:20280310T150000Z', HOUR, WEEKLY]) }, '2028-05-12T16:00Z'],
    [
      {
        type: 'Updated',
        detail: file(3, ['DTSTART:20280310T150000Z', HOUR, WEEKLY, 'EXDATE:20280512T150000Z']),
      },
      '2028-05-05T16:00Z',
    ],
    [
      { type: 'Updated', detail: file(4, ['DTSTART:20280310T150000Z', HOUR, WEEKLY, 'STATUS:CANCELLED']) },
      'no room',
    ],
    [{ type: 'Updated', detail: file(5, ['DTSTART:20270115T090000Z', HOUR, WEEKLY]) }, '2027-03-19T10:00Z'],
  ],
};

const google = (updated: string, sequence: number, more: object) => ({
  kind: 'calendar#event',
  id: 'abc123',
  status: 'confirmed',
  summary: 'Planning',
  updated: `2027-01-01T0${updated}:00:00.000Z`,
  sequence,
  iCalUID: 'abc123@google.com',
  recurrence: [WEEKLY],
  ...more,
});

const between = (start: string, end: string) => ({
  start: { dateTime: start, timeZone: 'Europe/Berlin' },
  end: { dateTime: end, timeZone: 'Europe/Berlin' },
});

export const GOOGLE: Story = {
  steps: [
    [
      {
        type: 'Created',
        detail: google('0', 0, between('2027-01-15T10:00:00+01:00', '2027-01-15T11:00:00+01:00')),
      },
      '2027-03-19T10:00Z',
    ],
    [
      {
        type: 'Updated',
        detail: google('1', 1, between('2027-01-15T16:00:00+01:00', '2027-01-15T17:00:00+01:00')),
      },
      '2027-03-19T16:00Z',
    ],
    [
      {
        type: 'Updated',
        detail: google('2', 2, between('2028-03-10T16:00:00+01:00', '2028-03-10T17:00:00+01:00')),
      },
      '2028-05-12T15:00Z',
    ],
    [
      {
        type: 'Cancelled',
        detail: {
          kind: 'calendar#event',
          id: 'abc123_20280512T140000Z',
          status: 'cancelled',
          updated: '2027-01-01T03:00:00.000Z',
          sequence: 2,
          recurringEventId: 'abc123',
          originalStartTime: { dateTime: '2028-05-12T16:00:00+02:00', timeZone: 'Europe/Berlin' },
        },
      },
      '2028-05-05T15:00Z',
    ],
    [
      {
        type: 'Cancelled',
        detail: {
          kind: 'calendar#event',
          id: 'abc123',
          status: 'cancelled',
          updated: '2027-01-01T04:00:00.000Z',
        },
      },
      'no room',
    ],
    [
      {
        type: 'Updated',
        detail: google('5', 5, between('2027-01-15T10:00:00+01:00', '2027-01-15T11:00:00+01:00')),
      },
      '2027-03-19T10:00Z',
    ],
  ],
};

const graph = (modified: string, more: object) => ({
  '@odata.etag': 'W/"x"',
  id: `AAMkAGI1${'x'.repeat(140)}=`,
  iCalUId: '040000008200E00074C5B7101A82E008',
  subject: 'Planning',
  isCancelled: false,
  isAllDay: false,
  sensitivity: 'normal',
  type: 'seriesMaster',
  lastModifiedDateTime: `2027-01-01T0${modified}:00:00.1234567Z`,
  originalStartTimeZone: 'W. Europe Standard Time',
  recurrence: {
    pattern: { type: 'weekly', interval: 1, daysOfWeek: ['friday'], firstDayOfWeek: 'monday' },
    range: {
      type: 'numbered',
      startDate: '2027-01-15',
      numberOfOccurrences: 10,
      recurrenceTimeZone: 'W. Europe Standard Time',
    },
  },
  ...more,
});

const utc = (start: string, end: string) => ({
  start: { dateTime: `${start}.0000000`, timeZone: 'UTC' },
  end: { dateTime: `${end}.0000000`, timeZone: 'UTC' },
});

export const GRAPH: Story = {
  steps: [
    [
      { type: 'Created', detail: graph('0', utc('2027-01-15T09:00:00', '2027-01-15T10:00:00')) },
      '2027-03-19T10:00Z',
    ],
    [
      { type: 'Updated', detail: graph('1', utc('2027-01-15T15:00:00', '2027-01-15T16:00:00')) },
      '2027-03-19T16:00Z',
    ],
    [
      { type: 'Updated', detail: graph('2', utc('2028-03-10T15:00:00', '2028-03-10T16:00:00')) },
      '2028-05-12T15:00Z',
    ],
    [
      {
        type: 'Cancelled',
        detail: graph('3', {
          ...utc('2028-05-12T14:00:00', '2028-05-12T15:00:00'),
          id: `occurrence${'y'.repeat(150)}`,
          seriesMasterId: `AAMkAGI1${'x'.repeat(140)}=`,
          type: 'occurrence',
          recurrence: null,
          isCancelled: true,
          originalStart: '2028-05-12T14:00:00Z',
        }),
      },
      '2028-05-05T15:00Z',
    ],
    [
      {
        type: 'Cancelled',
        detail: graph('4', { ...utc('2028-03-10T15:00:00', '2028-03-10T16:00:00'), isCancelled: true }),
      },
      'no room',
    ],
    [
      { type: 'Updated', detail: graph('5', utc('2027-01-15T09:00:00', '2027-01-15T10:00:00')) },
      '2027-03-19T10:00Z',
    ],
  ],
};

const booking = (triggerEvent: string, hour: number, payload: object) => ({
  triggerEvent,
  createdAt: `2027-01-01T0${hour}:00:00.000Z`,
  payload: {
    title: '60min between Ana Lima and Ben Roth',
    eventTitle: 'Planning',
    startTime: '2027-01-15T09:00:00Z',
    endTime: '2027-01-15T10:00:00Z',
    organizer: { name: 'Ana Lima', email: 'ana@example.com', timeZone: 'Europe/Berlin' },
    attendees: [{ name: 'Ben Roth', email: 'ben@example.com' }],
    ...payload,
  },
});

export const CAL_COM: Story = {
  steps: [
    [
      { type: 'Created', detail: booking('BOOKING_CREATED', 0, { uid: 'first', iCalUID: 'first@Cal.com' }) },
      '2027-01-15T10:00Z',
    ],
    [
      {
        type: 'Updated',
        detail: booking('BOOKING_RESCHEDULED', 1, {
          uid: 'second',
          rescheduleUid: 'first',
          iCalUID: 'first@Cal.com',
          endTime: '2027-01-15T12:00:00Z',
        }),
      },
      '2027-01-15T12:00Z',
    ],
    [
      {
        type: 'Updated',
        detail: booking('BOOKING_RESCHEDULED', 2, {
          uid: 'third',
          rescheduleUid: 'second',
          iCalUID: 'first@Cal.com',
          startTime: '2028-03-10T15:00:00Z',
          endTime: '2028-03-10T16:00:00Z',
        }),
      },
      '2028-03-10T16:00Z',
    ],
    [
      {
        type: 'Cancelled',
        detail: booking('BOOKING_CANCELLED', 3, { uid: 'third', iCalUID: 'first@Cal.com' }),
      },
      'no room',
    ],
    [
      { type: 'Created', detail: booking('BOOKING_CREATED', 4, { uid: 'third', iCalUID: 'first@Cal.com' }) },
      '2027-01-15T10:00Z',
    ],
  ],
};

export const CAL_COM_WITHOUT_ICALUID: Story = {
  steps: [
    [{ type: 'Created', detail: booking('BOOKING_CREATED', 0, { uid: 'first' }) }, '2027-01-15T10:00Z'],
    [
      {
        type: 'Updated',
        detail: booking('BOOKING_RESCHEDULED', 1, {
          uid: 'second',
          rescheduleUid: 'first',
          endTime: '2027-01-15T12:00:00Z',
        }),
      },
      '2027-01-15T12:00Z',
    ],
    [
      {
        type: 'Updated',
        detail: booking('BOOKING_RESCHEDULED', 2, {
          uid: 'third',
          rescheduleUid: 'second',
          endTime: '2027-01-15T14:00:00Z',
        }),
      },
      '2027-01-15T14:00Z',
    ],
    [{ type: 'Cancelled', detail: booking('BOOKING_CANCELLED', 3, { uid: 'third' }) }, 'no room'],
  ],
};
