import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GoogleCalendar, startGoogleCalendar } from '../../emulators/google-calendar/google-calendar.ts';
import { newKeyPair } from '../../emulators/key-pair.ts';
import { type MeetingsApi, startMeetingsApi } from '../../emulators/meetings-api/meetings-api.ts';
import { moveAhead } from '../../local/rooms/example.ts';
import { type LocalRooms, startLocalRooms } from '../../local/rooms/local-rooms.ts';
import { type CalendarServer, SECRET_PATH, startCalendarServer } from '../feeds/calendar-server.ts';
import { calendar, vevent } from '../requests/calendar/texts.ts';
import { type AlarmProperties, CloudWatch } from '../support/cloudwatch.ts';
import { synthesiseHere } from '../support/synthesise.ts';
import { DAY } from './journey.ts';

const MINUTE = DAY / (24 * 60);

/** How often feeds are read, which is also the period of their alarms. */
const ROUND = 5 * MINUTE;

/** Events of the feed. By hand: FEED_EVENTS=2000. */
const EVENTS = Number(process.env.FEED_EVENTS ?? 60);

const ANNA = 'anna@example.org';
const ROBOT = 'rooms@project.iam.gserviceaccount.com';

let server: CalendarServer;
let google: GoogleCalendar;
let emulator: MeetingsApi;
let rooms: LocalRooms;

beforeAll(async () => {
  server = await startCalendarServer();
  const { privateKey, publicKey } = newKeyPair();
  const applications = ['first', 'second'].map((name) => ({ name, applicationId: randomUUID() }));
  // one of them does not hold all rooms, and two have a few places left
  const roomLimit = EVENTS / 2 + 5;
  google = await startGoogleCalendar({
    serviceAccounts: [{ email: ROBOT, publicKeys: { key: publicKey } }],
    calendars: [{ id: ANNA, sharedWith: { [ROBOT]: 'writer' } }],
    rateLimits: false,
    now: () => rooms?.stack.clock.now() ?? Date.now(),
  });
  emulator = await startMeetingsApi({
    applications: applications.map(({ applicationId }) => ({ applicationId, privateKey, roomLimit })),
  });
  const [application = { name: '', applicationId: '' }] = applications;
  rooms = await startLocalRooms({
    synthesise: synthesiseHere,
    // feeds are read a minute into each period of the alarms: what the tests take never carries a reading into the next
    clockOffset: ROUND - (Date.now() % ROUND) + MINUTE,
    settings: {
      applications: applications.map((each) => ({ ...each, baseUrl: emulator.url })),
      calendarFeeds: 'team',
      calendarConnections: [
        { name: 'office', kind: 'google', calendars: [ANNA], which: 'marked', baseUrl: google.url },
      ],
      calendarFiles: 'on',
      calendarReadEvery: 'PT5M',
    },
    startProvider: async () => ({
      title: 'two applications',
      emulator,
      url: emulator.url,
      application: { ...application, baseUrl: emulator.url },
      credential: privateKey,
      movesExpiry: true,
      settle: () => emulator.settle(),
      state: () => ({}),
      close: () => emulator.close(),
    }),
  });
  await rooms.doors.putCredential('second', privateKey);
  await rooms.doors.putCredential('office', keyFile(privateKey));
  // the schedule fires once when it is made
  await rooms.stack.settle();
});

afterAll(async () => {
  await rooms?.stop();
  await server?.stop();
  await google?.close();
});

const keyFile = (privateKey: string) =>
  JSON.stringify({ client_email: ROBOT, private_key: privateKey, token_uri: google.tokenUrl });

const START = new Date(Date.now() + 20 * DAY).toISOString().replace(/[-:]|\.\d+/g, '');

const meeting = (uid: string, title = uid) =>
  vevent(
    `UID:${uid}`,
    `SUMMARY:${title}`,
    `DTSTART:${START}`,
    'DURATION:PT1H',
    'ATTENDEE:mailto:somebody@example.com',
  );

async function readFeed(): Promise<void> {
  await rooms.doors.readFeed('team');
  await rooms.stack.settle();
}

/** How many rooms are in each state. */
async function states(): Promise<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const { state } of await rooms.doors.rooms()) counted[state] = (counted[state] ?? 0) + 1;
  return counted;
}

/** Lets the schedule have feeds read so many times. */
async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    const reading = rooms.stack.scheduler.upcoming().find(({ name }) => name.includes('Calendars'));
    await rooms.stack.turnTo(reading?.at ?? 0);
  }
}

const cloudWatch = new CloudWatch();
let linesRead = 0;

/** The headings of the alarms that ring at this moment, by what the functions wrote and SQS would say. */
function ringing(): string[] {
  const { clock, logs, queues, template } = rooms.stack;
  for (const { line } of logs.slice(linesRead)) cloudWatch.read(line);
  linesRead = logs.length;
  for (const queue of queues.all()) {
    ofSqs('ApproximateNumberOfMessagesVisible', queue.name, queue.contents().ready);
  }
  return template.resources
    .filter(({ type }) => type === 'AWS::CloudWatch::Alarm')
    .map(({ properties }) => properties as unknown as AlarmProperties)
    .filter((alarm) => cloudWatch.stateOf(alarm, clock.now()) === 'ALARM')
    .map(({ AlarmDescription }) => AlarmDescription.split('. ')[0] as string)
    .filter((heading) => /feed|Calendars/.test(heading));
}

function ofSqs(MetricName: string, Value: string, value: number): void {
  const Dimensions = [{ Name: 'QueueName', Value }];
  cloudWatch.record({ Namespace: 'AWS/SQS', MetricName, Dimensions }, rooms.stack.clock.now(), value);
}

const provided = () => emulator.calls.all.length;

describe('a feed', () => {
  const names = Array.from({ length: EVENTS }, (_, index) => `meeting-${index}`);

  test('that cannot be read changes nothing, and rings when it goes on', async () => {
    await rounds(2);
    expect(ringing()).toEqual([]);
    await rounds(1);
    expect(ringing()).toEqual(['A feed cannot be read']);
    expect(rooms.doors.deadLetters()).toEqual([]);
  });

  test('has a room for each of its events, in as many applications as it takes', async () => {
    server.text = calendar(...names.map((name) => meeting(name)));
    const began = performance.now();
    await rooms.doors.putFeedAddress('team', server.address);
    await rooms.stack.settle();
    console.log(
      `a feed of ${EVENTS} events: rooms after ${((performance.now() - began) / 1000).toFixed(1)} s`,
    );
    expect(await states()).toEqual({ ending: EVENTS });
    expect(new Set((await rooms.doors.rooms()).map(({ application }) => application)).size).toBe(2);
    expect(rooms.doors.deadLetters()).toEqual([]);
  }, 600_000);

  test('that has not changed asks for nothing', async () => {
    const before = [provided(), rooms.doors.announcements().length];
    await readFeed();
    expect([provided(), rooms.doors.announcements().length]).toEqual(before);
  });

  test.each([
    ['is torn', () => server.text.slice(0, server.text.length / 2)],
    ['is no calendar', () => '<html>please log in</html>'],
  ])('that %s cancels nothing', async (_, text) => {
    const whole = server.text;
    server.text = text();
    await readFeed();
    server.text = whole;
    expect(await states()).toEqual({ ending: EVENTS });
  });

  test('that is empty cancels nothing, and rings when it goes on', async () => {
    const whole = server.text;
    server.text = calendar();
    await rounds(4);
    server.text = whole;
    expect(ringing()).toEqual(['A feed has become empty']);
    expect(await states()).toEqual({ ending: EVENTS });
  });

  test('whose event is gone has its room cancelled, and no other', async () => {
    server.text = calendar(...names.slice(1).map((name) => meeting(name)));
    await readFeed();
    expect(await states()).toEqual({ ending: EVENTS - 1, cancelled: 1 });
  });

  test('is told of to nobody: its address is in no log, and no attendee in any row', async () => {
    expect(rooms.stack.logs.map(({ line }) => line).join()).not.toContain(SECRET_PATH);
    expect(JSON.stringify([await rooms.doors.rooms(), rooms.doors.announcements()])).not.toContain(
      'somebody@',
    );
  });
});

// what happens to a meeting from its first line to its end is told in calendars/one-meeting.test.ts
describe('a connected calendar', () => {
  const at = (days: number) => ({
    dateTime: new Date(Date.now() + days * DAY).toISOString(),
    timeZone: 'UTC',
  });
  const roomNamed = async (name: string) => (await rooms.doors.rooms()).find((room) => room.name === name);
  const read = async () => {
    await rooms.doors.readCalendars();
    await rooms.stack.settle();
  };
  let id: string;

  test('gives a room to the event that is marked, and to no other', async () => {
    id = google.add(ANNA, {
      summary: 'Planning',
      description: 'confidential-words #room',
      attendees: [{ email: 'somebody@example.com' }],
      start: at(20),
      end: at(20.1),
    });
    google.add(ANNA, { summary: 'Lunch', start: at(20), end: at(20.1) });
    await read();
    expect(await roomNamed('Planning')).toMatchObject({
      key: expect.stringMatching(/^google:office-[a-z2-7]{8}:/),
      state: 'ending',
    });
    expect(await roomNamed('Lunch')).toBeUndefined();
  });

  test('has the link of its room, beside what people wrote, and is no news because of that', async () => {
    const room = await roomNamed('Planning');
    const event = google.event(ANNA, id);
    expect(event).toMatchObject({
      location: room?.link,
      attendees: [{ email: 'somebody@example.com' }],
      extendedProperties: { private: { evergreenRoom: room?.link } },
    });
    expect(event?.description).toMatch(
      /^confidential-words #room\n\n-~+ Evergreen Rooms ~+-\nJoin the meeting: http/,
    );
    const announced = rooms.doors.announcements().length;
    await read();
    expect(google.event(ANNA, id)).toEqual(event);
    expect(rooms.doors.announcements()).toHaveLength(announced);
  });

  test('says once that a link cannot be written', async () => {
    google.share(ANNA, ROBOT, 'reader');
    const locked = google.add(ANNA, { summary: 'Locked #room', start: at(20), end: at(20.1) });
    await read();
    google.edit(ANNA, locked, { start: at(21), end: at(21.1) });
    await read();
    google.share(ANNA, ROBOT, 'writer');
    const told = rooms.doors
      .announcements()
      .map(({ event }) => event)
      .filter((event) => event['detail-type'] === 'Link Not Written');
    expect(told.map(({ detail }) => detail)).toMatchObject([
      {
        key: (await roomNamed('Locked #room'))?.key,
        calendar: expect.stringMatching(/^office-[a-z2-7]{8}$/),
        reason: expect.stringContaining('give the connection the right to change events'),
      },
    ]);
    expect(google.event(ANNA, locked)).not.toHaveProperty('description');
  });

  test('is told of to nobody: neither its address nor what people wrote is in a log, an announcement or a row', async () => {
    const told = JSON.stringify([
      rooms.stack.logs.map(({ line }) => line),
      await rooms.doors.rooms(),
      rooms.doors.announcements(),
    ]);
    for (const secret of ['confidential-words', 'somebody@', ANNA]) expect(told).not.toContain(secret);
    expect(google.mails).toEqual([]);
  });
});

describe('a file', () => {
  test('that is put into the bucket has its rooms, under its own name as the calendar', async () => {
    await rooms.doors.putCalendar('office/board.ICS', calendar(meeting('board-meeting', 'Board')));
    await rooms.stack.settle();
    const found = (await rooms.doors.rooms()).filter(({ name }) => name === 'Board');
    expect(found).toMatchObject([
      { key: expect.stringMatching(/^ical:\/.*:board-meeting$/), state: 'ending' },
    ]);
  });

  test('such as the example has a room for each of its events', async () => {
    const text = readFileSync(new URL('../../examples/calendar.ics', import.meta.url), 'utf8');
    await rooms.doors.putCalendar('calendar.ics', moveAhead(text, rooms.stack.clock.now()));
    await rooms.stack.settle();
    const found = (await rooms.doors.rooms()).filter(({ key }) => key.startsWith('ical:calendar:'));
    expect(found.map(({ name }) => name).sort()).toEqual(['All hands', 'Kick-off']);
  });

  test('of another kind is left alone', async () => {
    await rooms.doors.putCalendar('office/board.txt', calendar(meeting('not-read')));
    await rooms.stack.settle();
    expect((await rooms.doors.rooms()).filter(({ name }) => name === 'not-read')).toEqual([]);
    expect(rooms.doors.deadLetters()).toEqual([]);
  });

  test('that is no calendar rests with its reason', async () => {
    await rooms.doors.putCalendar('broken.ics', 'BEGIN:VCALENDAR');
    await rooms.stack.settle();
    expect(rooms.doors.deadLetters()).toMatchObject([
      { attributes: { failureReason: expect.stringContaining('broken.ics: icalendar: ') } },
    ]);
    expect(ringing()).toContain('Calendars rest in a dead-letter queue');
  });

  test('that nobody reads for an hour rings', () => {
    const inbox = rooms.stack.queues.all().find(({ name }) => name.includes('CalendarsReaderInboxQueue'));
    ofSqs('ApproximateAgeOfOldestMessage', inbox?.name ?? '', 3600);
    expect(ringing()).toContain('Calendars wait too long');
  });
});
