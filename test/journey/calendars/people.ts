import { startCaldav } from '../../../emulators/caldav/caldav.ts';
import { startGoogleCalendar } from '../../../emulators/google-calendar/google-calendar.ts';
import { startGraph } from '../../../emulators/graph/graph.ts';
import { newKeyPair } from '../../../emulators/key-pair.ts';
import { canonicalJson } from '../../../functions/rooms/model/digest.ts';

/** An event as people see it, and all that is in it beside the places of our link. */
export interface Seen {
  readonly place: string;
  readonly description: string;
  /** To be compared byte for byte. */
  readonly rest: string;
}

/** A meeting in the calendar of somebody else. */
export interface Copy {
  seen(): Seen;
  remove(): void;
}

/** A person in front of a connected calendar, with a weekly meeting of four. */
export interface Person {
  /** The entry of `calendarConnections`. */
  readonly connection: { readonly name: string } & Readonly<Record<string, unknown>>;
  readonly credential: string;
  /** With a guest, reminders, a colour, an attachment, and a conference of another system. @returns its id */
  add(title: string, description: string, start: number): string;
  edit(id: string, changes: { readonly title?: string; readonly start?: number }): void;
  /** Gives one occurrence another time, place, title and text. @param original when it was planned */
  move(id: string, original: number, to: number, place: string): void;
  remove(id: string): void;
  restore(id: string): void;
  /** Puts a copy of the meeting into the calendar of a colleague, which is connected too. */
  copied(id: string): Copy;
  seen(id: string): Seen;
  seenAt(id: string, original: number): Seen;
  /** Mails to guests that were sent because of us. */
  mails(): number;
  close(): Promise<void>;
}

const HOUR = 3_600_000;
const OWNER = 'anna@example.org';
const COLLEAGUE = 'carla@example.org';
const GUEST = 'guest@example.com';
const ROBOT = 'rooms@project.iam.gserviceaccount.com';

type Fields = Readonly<Record<string, unknown>>;

/** What we may write, and what moves with each write. */
const OURS = ['location', 'description', 'body', 'etag', 'updated', 'extendedProperties'];
const OF_MICROSOFT = ['@odata.etag', 'changeKey', 'lastModifiedDateTime'];

function without(event: Fields, names: readonly string[]): string {
  return canonicalJson(Object.fromEntries(Object.entries(event).filter(([name]) => !names.includes(name))));
}

export async function inGoogle(now: () => number): Promise<Person> {
  const { privateKey, publicKey } = newKeyPair();
  const google = await startGoogleCalendar({
    serviceAccounts: [{ email: ROBOT, publicKeys: { key: publicKey } }],
    calendars: [OWNER, COLLEAGUE].map((id) => ({ id, sharedWith: { [ROBOT]: 'writer' } })),
    now,
    seed: 2,
  });
  const timeOf = (instant: number) => ({
    dateTime: new Date(instant).toISOString().replace('.000', ''),
    timeZone: 'UTC',
  });
  const times = (start: number) => ({ start: timeOf(start), end: timeOf(start + HOUR) });
  const seenIn = (event: Fields = {}): Seen => ({
    place: String(event.location ?? ''),
    description: String(event.description ?? ''),
    rest: without(event, OURS),
  });
  return {
    connection: { name: 'google', kind: 'google', calendars: [OWNER, COLLEAGUE], baseUrl: google.url },
    credential: JSON.stringify({ client_email: ROBOT, private_key: privateKey, token_uri: google.tokenUrl }),
    add: (summary, description, start) =>
      google.add(OWNER, {
        summary,
        description,
        ...times(start),
        recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'],
        attendees: [{ email: GUEST, responseStatus: 'accepted', comment: 'On time' }],
        reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 7 }] },
        attachments: [{ fileUrl: 'https://drive.example/plan', title: 'Plan' }],
        colorId: '7',
        conferenceData: { conferenceId: 'abc-defg-hij', entryPoints: [{ uri: 'https://meet.example/abc' }] },
      }),
    edit: (id, { title, start }) =>
      google.edit(OWNER, id, {
        ...(title !== undefined && { summary: title }),
        ...(start !== undefined && times(start)),
      }),
    move: (id, original, to, location) =>
      void google.editOccurrence(OWNER, id, timeOf(original), {
        ...times(to),
        location,
        summary: 'Weekly, elsewhere',
        description: 'In person',
      }),
    remove: (id) => google.remove(OWNER, id),
    restore: (id) => google.edit(OWNER, id, { status: 'confirmed' }),
    copied(id) {
      // the UID is made of the id
      const { summary, start, end, recurrence } = google.event(OWNER, id) ?? {};
      const copy = google.add(COLLEAGUE, { id, summary, start, end, recurrence, description: 'Own notes' });
      return {
        seen: () => seenIn(google.event(COLLEAGUE, copy)),
        remove: () => google.remove(COLLEAGUE, copy),
      };
    },
    seen: (id) => seenIn(google.event(OWNER, id)),
    seenAt: (id, original) => seenIn(google.event(OWNER, `${id}_${stampOf(original)}`)),
    mails: () => google.mails.length,
    close: () => google.close(),
  };
}

export async function inMicrosoft(now: () => number): Promise<Person> {
  const app = { tenant: 'contoso', client: 'app-1' };
  const graph = await startGraph({
    app: { ...app, secrets: ['a-secret'] },
    mailboxes: [OWNER, COLLEAGUE],
    now,
  });
  const timeOf = (instant: number) => ({
    dateTime: new Date(instant).toISOString().slice(0, 19),
    timeZone: 'UTC',
  });
  const times = (start: number) => ({ start: timeOf(start), end: timeOf(start + HOUR) });
  const rule = (start: number) => ({
    pattern: {
      type: 'weekly',
      interval: 1,
      daysOfWeek: [
        new Date(start).toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' }).toLowerCase(),
      ],
    },
    range: {
      type: 'numbered',
      startDate: new Date(start).toISOString().slice(0, 10),
      numberOfOccurrences: 4,
      recurrenceTimeZone: 'UTC',
    },
  });
  const html = (text: string) => ({
    contentType: 'html',
    content: `<html><body><p>${text}</p></body></html>`,
  });
  const seenIn = (event: Fields): Seen => ({
    place: String((event.location as Fields).displayName),
    description: String((event.body as Fields).content),
    rest: without(event, [...OURS, ...OF_MICROSOFT]),
  });
  return {
    connection: {
      ...app,
      name: 'microsoft',
      kind: 'microsoft',
      calendars: [OWNER, COLLEAGUE],
      baseUrl: graph.url,
      loginUrl: graph.loginUrl,
    },
    credential: 'a-secret',
    add: (subject, description, start) =>
      graph.add(OWNER, {
        subject,
        body: html(description),
        ...times(start),
        recurrence: rule(start),
        attendees: [{ emailAddress: { address: GUEST }, status: { response: 'accepted' } }],
        isReminderOn: true,
        reminderMinutesBeforeStart: 7,
        categories: ['Blue category'],
        hasAttachments: true,
        showAs: 'tentative',
      }),
    edit: (id, { title, start }) =>
      graph.edit(OWNER, id, {
        ...(title !== undefined && { subject: title }),
        ...(start !== undefined && { ...times(start), recurrence: rule(start) }),
      }),
    move: (id, original, to, displayName) =>
      graph.editOccurrence(OWNER, id, original, {
        ...times(to),
        subject: 'Weekly, elsewhere',
        location: { displayName },
        body: html('In person'),
      }),
    remove: (id) => graph.remove(OWNER, id),
    restore: (id) => graph.restore(OWNER, id),
    copied(id) {
      const { attendees } = graph.event(OWNER, id) as { readonly attendees: readonly Fields[] };
      // Exchange puts it there when the colleague is invited
      graph.edit(OWNER, id, { attendees: [...attendees, { emailAddress: { address: COLLEAGUE } }] });
      const [copy = ''] = graph.copies(COLLEAGUE);
      graph.edit(COLLEAGUE, copy, { location: { displayName: '' }, body: html('Own notes') });
      return {
        seen: () => seenIn(graph.event(COLLEAGUE, copy) ?? {}),
        remove: () => graph.remove(COLLEAGUE, copy),
      };
    },
    seen: (id) => seenIn(graph.event(OWNER, id) ?? {}),
    seenAt: (id, original) => seenIn(graph.occurrence(OWNER, id, original)),
    mails: () => 0,
    close: () => graph.close(),
  };
}

const stampOf = (instant: number) => new Date(instant).toISOString().replace(/[-:]|\.\d+/g, '');

const lines = (text: string) => text.match(/[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n/g) ?? [];
const unfolded = (line: string) => line.replace(/\r\n(?:[ \t]|$)/g, '');

/** Lines that we write, and those that move with each write. */
const OUR_LINES =
  /^(?:LOCATION|DESCRIPTION:(?!Soon)|CONFERENCE;FEATURE=VIDEO;LABEL=Join|X-EVERGREEN-ROOM|DTSTAMP|LAST-MODIFIED)/;

export async function inCaldav(now: () => number): Promise<Person> {
  const server = await startCaldav({
    now,
    users: [{ name: 'ann', passwords: ['a-password'] }],
    calendars: ['ann/team', 'ann/own'],
    switches: { rewriting: 'none' },
  });
  const calendar = server.calendar('ann/team');
  const removed = new Map<string, string>();
  const textOf = (id: string) => calendar.member(id)?.text ?? removed.get(id) ?? '';
  const seenIn = (text = ''): Seen => {
    const textAt = (name: string) => {
      const line = lines(text)
        .map(unfolded)
        .find((each) => each.startsWith(`${name}:`) && !each.endsWith(':Soon'));
      return (line?.slice(name.length + 1) ?? '').replace(/\\n/g, '\n').replace(/\\([\\,;])/g, '$1');
    };
    return {
      place: textAt('LOCATION'),
      description: textAt('DESCRIPTION'),
      rest: lines(text)
        .filter((line) => !OUR_LINES.test(line))
        .join(''),
    };
  };
  const eventsIn = (id: string) => textOf(id).match(/BEGIN:VEVENT\r\n.*?END:VEVENT\r\n/gs) ?? [];
  const change = (id: string, edit: (text: string) => string) => void calendar.put(id, edit(textOf(id)));
  return {
    connection: { name: 'caldav', kind: 'caldav', baseUrl: `${server.url}/ann`, calendars: ['team', 'own'] },
    credential: 'ann:a-password',
    add(title, description, start) {
      calendar.put(
        'weekly.ics',
        [
          'BEGIN:VCALENDAR',
          'VERSION:2.0',
          'PRODID:-//example//calendar//EN',
          'BEGIN:VEVENT',
          'UID:weekly-1@example.org',
          `DTSTAMP:${stampOf(now())}`,
          'SEQUENCE:0',
          `DTSTART:${stampOf(start)}`,
          `DTEND:${stampOf(start + HOUR)}`,
          'RRULE:FREQ=WEEKLY;COUNT=4',
          `SUMMARY:${title}`,
          `DESCRIPTION:${description}`,
          `ATTENDEE;CN="Guest, a";PARTSTAT=ACCEPTED;X-COMMENT=on time;SCHEDULE-AGENT=SE`,
          ` RVER:mailto:${GUEST}`,
          'COLOR:turquoise',
          'ATTACH;FMTTYPE=application/pdf:https://drive.example/plan',
          'CONFERENCE;VALUE=URI;FEATURE=AUDIO:tel:+49-30-1',
          'BEGIN:VALARM',
          'ACTION:DISPLAY',
          'TRIGGER:-PT7M',
          'DESCRIPTION:Soon',
          'END:VALARM',
          'END:VEVENT',
          'END:VCALENDAR',
          '',
        ].join('\r\n'),
      );
      return 'weekly.ics';
    },
    edit: (id, { title, start }) =>
      change(id, (text) =>
        text
          .replace(/^SEQUENCE:(\d+)/m, (_, sequence) => `SEQUENCE:${Number(sequence) + 1}`)
          .replace(/^SUMMARY:.*$/m, (line) => (title === undefined ? line : `SUMMARY:${title}\r`))
          .replace(/^DTSTART:.*$/m, (line) => (start === undefined ? line : `DTSTART:${stampOf(start)}\r`))
          .replace(/^DTEND:.*$/m, (line) =>
            start === undefined ? line : `DTEND:${stampOf(start + HOUR)}\r`,
          ),
      ),
    move: (id, original, to, place) =>
      change(id, (text) =>
        text.replace(
          'END:VCALENDAR',
          [
            'BEGIN:VEVENT',
            'UID:weekly-1@example.org',
            `RECURRENCE-ID:${stampOf(original)}`,
            `DTSTAMP:${stampOf(now())}`,
            'SEQUENCE:1',
            `DTSTART:${stampOf(to)}`,
            `DTEND:${stampOf(to + HOUR)}`,
            'SUMMARY:Weekly\\, elsewhere',
            `LOCATION:${place}`,
            'DESCRIPTION:In person',
            'END:VEVENT',
            'END:VCALENDAR',
          ].join('\r\n'),
        ),
      ),
    remove(id) {
      removed.set(id, textOf(id));
      calendar.remove(id);
    },
    restore: (id) => void calendar.put(id, removed.get(id) ?? ''),
    copied(id) {
      const own = textOf(id).replace(
        /^(?:LOCATION|CONFERENCE|X-EVERGREEN|DESCRIPTION:(?!Soon)).*\r\n(?:[ \t].*\r\n)*/gm,
        '',
      );
      const other = server.calendar('ann/own');
      other.put('copy.ics', own.replace('SUMMARY', 'DESCRIPTION:Own notes\r\nSUMMARY'));
      return {
        seen: () => seenIn(other.member('copy.ics')?.text),
        remove: () => other.remove('copy.ics'),
      };
    },
    seen: (id) => seenIn(eventsIn(id)[0]),
    seenAt: (id, original) =>
      seenIn(eventsIn(id).find((text) => text.includes(`RECURRENCE-ID:${stampOf(original)}`))),
    mails: () => 0,
    close: () => server.close(),
  };
}
