import { describe, expect, test } from 'vitest';
import { type Caldav, startCaldav } from '../../emulators/caldav/caldav.ts';
import type { Switches } from '../../emulators/caldav/choices.ts';
import { caldavSystem } from '../../functions/adapters/calendars/caldav/system.ts';
import type { CaldavConnection } from '../../functions/connections/connection.ts';
import { HOUR } from '../../functions/rooms/model/time.ts';
import { readAll } from './calendar-system-contract.ts';
import { type Planned, Reader } from './reading.ts';
import { ANNA, BOB, readsCalendars, type World } from './reading-suite.ts';
import { connectionTo, eventText, systemOf } from './support/caldav-harness.ts';

const stampOf = (instant: number) => new Date(instant).toISOString().replace(/[-:]|\.\d+/g, '');

/** What a person has planned, with what they changed in single occurrences. */
interface Entry {
  readonly calendar: string;
  planned: Planned;
  readonly occurrences: Map<string, Planned | 'cancelled'>;
}

function linesOf({
  title,
  place,
  description,
  attendees,
  isPrivate,
  start,
  hours = 1,
  weeks,
}: Planned): string[] {
  const begin = Date.parse(start ?? '');
  return [
    ...(title === undefined ? [] : [`SUMMARY:${title}`]),
    ...(place === undefined ? [] : [`LOCATION:${place}`]),
    ...(description === undefined ? [] : [`DESCRIPTION:${description}`]),
    ...(attendees ? [`ORGANIZER:mailto:${ANNA}`, ...attendees.map((each) => `ATTENDEE:mailto:${each}`)] : []),
    ...(isPrivate ? ['CLASS:PRIVATE'] : []),
    ...(start ? [`DTSTART:${stampOf(begin)}`, `DTEND:${stampOf(begin + hours * 3_600_000)}`] : []),
    ...(weeks ? [`RRULE:FREQ=WEEKLY;COUNT=${weeks}`] : []),
  ];
}

function textOf(id: string, { planned, occurrences }: Entry): string {
  const gone = [...occurrences].filter(([, each]) => each === 'cancelled').map(([original]) => original);
  const component = (lines: readonly string[]) => [
    'BEGIN:VEVENT',
    `UID:${id}`,
    'DTSTAMP:20270101T000000Z',
    ...lines,
    'END:VEVENT',
  ];
  const exdates = gone.map((original) => `EXDATE:${stampOf(Date.parse(original))}`);
  const { weeks: _, ...single } = planned;
  const overrides = [...occurrences].flatMap(([original, changes]) =>
    changes === 'cancelled'
      ? []
      : component([
          `RECURRENCE-ID:${stampOf(Date.parse(original))}`,
          ...linesOf({ ...single, start: original, ...changes }),
        ]),
  );
  const all = [...component([...linesOf(planned), ...exdates]), ...overrides];
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//example//EN', ...all, 'END:VCALENDAR', ''].join(
    '\r\n',
  );
}

interface CaldavWorld extends World {
  readonly server: Caldav;
}

async function start(now: () => number, settings: Partial<CaldavConnection> = {}): Promise<CaldavWorld> {
  const server = await startCaldav({
    now,
    users: [{ name: 'ann', passwords: ['first'] }],
    calendars: [`ann/${ANNA}`, `ann/${BOB}`],
  });
  const versions: Record<string, string> = { AWSCURRENT: 'ann:first' };
  const connection: CaldavConnection = {
    ...connectionTo(`${server.url}/ann`, [ANNA, BOB]),
    secret: 'connection/team',
    ...settings,
  };
  const entries = new Map<string, Entry>();
  const keep = (id: string) => {
    const entry = entries.get(id) as Entry;
    const invited = entry.planned.attendees?.includes(BOB) ? [BOB] : [];
    // a server that schedules gives everybody who is invited a copy
    for (const each of new Set([entry.calendar, ...invited])) {
      server.calendar(`ann/${each}`).put(`${id}.ics`, textOf(id, entry));
    }
  };
  const change = (id: string, with_: (entry: Entry) => void) => {
    const name = id.replace(/\.ics$/, '');
    with_(entries.get(name) as Entry);
    keep(name);
  };
  const container = () =>
    caldavSystem({
      connection,
      secrets: { read: async (_, stage = 'AWSCURRENT') => versions[stage] },
      now,
      reach: 'this-machine',
    });
  return {
    server,
    connection,
    system: container(),
    container,
    pageSize: 100,
    person: {
      add(planned, calendar = ANNA) {
        const id = `event-${entries.size + 1}`;
        entries.set(id, { calendar, planned, occurrences: new Map() });
        keep(id);
        return `${id}.ics`;
      },
      edit: (id, changes) =>
        change(id, (entry) => {
          entry.planned = { ...entry.planned, ...changes };
        }),
      remove: (id, calendar = ANNA) => server.calendar(`ann/${calendar}`).remove(id),
      restore: (id) => change(id, () => {}),
      editOccurrence: (id, original, changes) =>
        change(id, ({ occurrences }) => void occurrences.set(original, changes)),
      cancelOccurrence: (id, original) =>
        change(id, ({ occurrences }) => void occurrences.set(original, 'cancelled')),
    },
    expireCursors: () => server.calendar(`ann/${ANNA}`).expireTokens(),
    tearList: () => void server.faults.add({ fault: 'garbled-body', on: 'REPORT /**', skip: 1 }),
    calls: () => server.calls.all.length,
    rotateCredential() {
      server.distrust('ann');
      server.trust('ann', 'second');
      versions.AWSCURRENT = 'ann:second';
    },
    refuseAll: () => server.distrust('ann'),
    close: () => server.close(),
  };
}

readsCalendars(start);

test('an event that is hidden from the user keeps its room, and does not keep others from being read', async () => {
  let now = Date.parse('2027-01-15T10:00:00Z');
  const world = await start(() => now);
  const { person, server } = world;
  const meeting = { title: 'Meeting', start: '2027-03-01T09:00:00Z' };
  const id = person.add(meeting);
  const reader = new Reader(world.connection, world.system, () => now);
  await reader.read();
  now += HOUR;
  person.remove(id);
  world.expireCursors();
  server.faults.add({ fault: 'status', status: 403, on: 'GET /**', times: 'always' });
  for (const title of ['Another', 'A third']) person.add({ ...meeting, title });
  expect(await reader.read()).toMatchObject({ full: true, sent: 2, cancelled: 0 });
  expect(await reader.rooms()).toMatchObject({ Another: '2027-03-01T10:00', Meeting: '2027-03-01T10:00' });
  now += HOUR;
  expect(await reader.read()).toMatchObject({ full: false, sent: 0 });
  await world.close();
});

const CALENDAR = 'ann/team';

/** A server with one calendar, which ends with the test. */
async function withServer(
  run: (server: Caldav, put: (name: string, ...lines: string[]) => void) => Promise<void>,
  switches: Partial<Switches> = {},
) {
  const server = await startCaldav({
    users: [{ name: 'ann', passwords: ['secret: word'], tokens: ['token'] }],
    calendars: [CALENDAR],
    switches,
  });
  try {
    await run(
      server,
      (name, ...lines) => void server.calendar(CALENDAR).put(`${name}.ics`, eventText(name, name, ...lines)),
    );
  } finally {
    await server.close();
  }
}

const connectTo = ({ url }: { readonly url: string }, login = 'ann:secret: word') =>
  systemOf(connectionTo(url, [CALENDAR]), login);

const idsIn = async (system: ReturnType<typeof connectTo>, cursor?: string) =>
  (await readAll(system, CALENDAR, cursor))?.events.map(({ id }) => id);

describe('the credential', () => {
  test.each(['ann:secret: word', ' ann:secret: word\n', 'token'])('%j is presented', (login) =>
    withServer(async (server, put) => {
      put('1');
      expect(await idsIn(connectTo(server, login))).toEqual(['1.ics']);
    }),
  );

  test.each(['', '{"user": "ann"}', 'ann:one\ntwo', 'two words'])('%j is refused, and never shown', (login) =>
    withServer(async (server) => {
      const error = await connectTo(server, login).changes(CALENDAR).then(String, String);
      expect(error).toContain('put user:password or a bearer token there');
      if (login !== '') expect(error).not.toContain(login);
      expect(server.calls.all).toEqual([]);
    }),
  );
});

describe('where a credential goes', () => {
  test.each([
    ['http://caldav.example', 'must begin with https://'],
    ['https://10.0.0.1', 'leads into a private network'],
    ['https://169.254.169.254', 'leads into a private network'],
  ])('not to %s', async (url, reason) => {
    const error = await connectTo({ url }).changes(CALENDAR).then(String, String);
    expect(error).toContain(reason);
    expect(error).not.toContain(url);
  });

  test('not to another server, and elsewhere on the same one', () =>
    withServer(async (server, put) => {
      put('1');
      await withServer(async (other) => {
        const lead = (location: string, times: number) =>
          server.faults.add({ fault: 'status', status: 307, headers: { location }, times });
        lead(`${other.url}/${CALENDAR}/`, 1);
        const error = await connectTo(server).changes(CALENDAR).then(String, String);
        expect(error).toContain('put the address of the calendar itself');
        expect(other.calls.all).toEqual([]);
        lead(`/dav/${CALENDAR}/`, 1);
        expect(await idsIn(connectTo(server))).toEqual(['1.ics']);
        lead(`/dav/${CALENDAR}/`, 9);
        await expect(connectTo(server).changes(CALENDAR)).rejects.toThrow('leads on more than');
      });
    }));

  test('an answer that names members elsewhere names nothing', () =>
    withServer(async (server, put) => {
      put('1');
      server.tap(({ sent }) =>
        sent && typeof sent.body === 'string'
          ? {
              ...sent,
              body: sent.body.replaceAll('/dav/ann/team/1.ics', 'https://evil.example/dav/ann/team/1.ics'),
            }
          : undefined,
      );
      expect(await idsIn(connectTo(server))).toEqual([]);
    }));
});

describe('an answer that is not whole', () => {
  test('is an error wherever it is cut, and tells of nothing removed', () =>
    withServer(async (server, put) => {
      put('1');
      put('2');
      const { cursor = '' } = (await readAll(connectTo(server), CALENDAR)) ?? {};
      server.calendar(CALENDAR).remove('1.ics');
      let cut = 1;
      let length = 0;
      server.tap(({ sent }) => {
        if (!sent || typeof sent.body !== 'string' || sent.status !== 207) return undefined;
        length = sent.body.trimEnd().length;
        return { ...sent, body: sent.body.slice(0, cut) };
      });
      const system = connectTo(server);
      const outcomes = new Set<string>();
      for (const from of [undefined, cursor]) {
        length = 2;
        for (cut = 1; cut < length; cut += 7) {
          outcomes.add(await system.changes(CALENDAR, from).then(String, (error) => error.code));
        }
      }
      expect([...outcomes]).toEqual(['calendar_unreadable']);
    }));

  test.each([
    ['a page of HTML', '<html><body>Sign in</body></html>'],
    ['entities of its own', '<!DOCTYPE a [<!ENTITY b "c">]><multistatus xmlns="DAV:">&b;</multistatus>'],
    ['a file of the machine', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
    ['too deep a nesting', '<a>'.repeat(100_000)],
    ['no token', '<multistatus xmlns="DAV:"/>'],
    ['a namespace that is not WebDAV', '<multistatus><sync-token>1</sync-token></multistatus>'],
    ['nothing', ''],
  ])('with %s is an error', (_, body) =>
    withServer(async (server) => {
      server.faults.add({ fault: 'status', status: 207, body, times: 'always' });
      await expect(connectTo(server).changes(CALENDAR)).rejects.toMatchObject({
        code: 'calendar_unreadable',
      });
    }),
  );

  test('keeps no other event from being read: one with a character that XML cannot hold', () =>
    withServer(async (server, put) => {
      for (const name of ['1', '2', '3', '4', '5']) put(name, ...(name === '3' ? ['COMMENT:\u000b'] : []));
      expect(await idsIn(connectTo(server))).toEqual(['1.ics', '2.ics', '3.ics', '4.ics', '5.ics']);
    }));

  test('tells of nothing that its reader cannot see, and does not take it for gone', () =>
    withServer(async (server, put) => {
      put('1');
      put('2');
      server.tap(({ request, sent }) =>
        request.method === 'REPORT' && typeof sent?.body === 'string' && sent.body.includes('calendar-data')
          ? { ...sent, body: sent.body.replace(/<response><href>[^<]*1\.ics.*?<\/response>/s, '') }
          : undefined,
      );
      server.faults.add({ fault: 'status', status: 403, on: 'GET /ann/team/1.ics', times: 'always' });
      const system = connectTo(server);
      expect(await idsIn(system)).toEqual(['2.ics']);
      await expect(system.read(CALENDAR, '1.ics')).rejects.toMatchObject({ code: 'calendar_unreadable' });
    }));
});

describe('an outage', () => {
  test.each([
    [429, 'throttled'],
    [503, 'throttled'],
    [500, 'ambiguous_outcome'],
    [403, 'calendar_unreadable'],
    [404, 'calendar_unreadable'],
  ])('%i to every call is the error %s', (status, code) =>
    withServer(async (server) => {
      server.faults.add({ fault: 'status', status, times: 'always' });
      await expect(connectTo(server).changes(CALENDAR)).rejects.toMatchObject({ code });
    }),
  );

  test('a server that throttles a call gets no other one for the time that it names', () =>
    withServer(async (server) => {
      server.faults.add({ fault: 'throttle', retryAfter: 600 });
      const system = connectTo(server);
      await expect(system.changes(CALENDAR)).rejects.toMatchObject({
        code: 'throttled',
        retryAfter: 600_000,
      });
      const calls = server.calls.all.length;
      await expect(system.read(CALENDAR, '1.ics')).rejects.toMatchObject({ code: 'throttled' });
      expect(() => system.admit(CALENDAR, true)).toThrow('uses up the quota');
      expect(server.calls.all).toHaveLength(calls);
    }));

  test.each(['reset', 'torn-body'] as const)('%s is an error that names no address', (fault) =>
    withServer(async (server) => {
      server.faults.add({ fault, times: 'always' });
      const error = await connectTo(server).changes(CALENDAR).then(String, String);
      expect(error).toContain('AmbiguousOutcomeError: REPORT of calendar team-');
      expect(error).not.toContain('127.0.0.1');
    }),
  );
});

test('a server without sync-collection is read as a whole when its tag has changed', () =>
  withServer(
    async (server, put) => {
      put('1');
      const system = connectTo(server);
      const first = await readAll(system, CALENDAR);
      expect(first?.events.map(({ id }) => id)).toEqual(['1.ics']);
      const before = server.calls.all.length;
      expect(await readAll(system, CALENDAR, first?.cursor)).toMatchObject({
        events: [],
        cursor: first?.cursor,
      });
      expect(server.calls.all.length - before).toBe(1);
      put('2');
      expect(await readAll(system, CALENDAR, first?.cursor)).toBeUndefined();
      expect(await idsIn(system)).toEqual(['1.ics', '2.ics']);
    },
    { sync: 'missing' },
  ));

test('tasks in a calendar are no events', () =>
  withServer(async (server, put) => {
    put('1');
    const task = eventText('2', 'Task').replaceAll('VEVENT', 'VTODO');
    server.calendar(CALENDAR).put('2.ics', task);
    const system = connectTo(server);
    expect(await idsIn(system)).toEqual(['1.ics']);
    expect(await system.read(CALENDAR, '2.ics')).toEqual([]);
  }));

describe('a write', () => {
  const attempt = async (server: Caldav, version?: string) => {
    const system = connectTo(server);
    const [event] = await system.read(CALENDAR, '1.ics');
    if (event?.content.format !== 'icalendar') throw new Error('not iCalendar');
    const text = event.content.text.replace(
      'BEGIN:VEVENT\r\n',
      'BEGIN:VEVENT\r\nLOCATION:https://r.example\r\n',
    );
    return system.write(
      CALENDAR,
      { id: '1.ics', version: version ?? event.version },
      { format: 'icalendar', text },
    );
  };
  const placeOf = (server: Caldav) =>
    /^LOCATION:(.*)\r$/m.exec(server.calendar(CALENDAR).member('1.ics')?.text ?? '')?.[1];

  test('that the server accepts and forgets was ignored', () =>
    withServer(async (server, put) => {
      put('1');
      server.switches.writes = 'silent';
      expect(await attempt(server)).toBe('ignored');
    }));

  test('into a calendar that may only be read is refused', () =>
    withServer(async (server, put) => {
      put('1');
      server.calendar(CALENDAR).readOnly = true;
      expect(await attempt(server)).toBe('refused');
      expect(placeOf(server)).toBeUndefined();
    }));

  test.each([
    [207, 'refused'],
    [400, 'refused'],
    [423, 'refused'],
    [404, 'conflict'],
    [412, 'conflict'],
  ])('that is answered with %i is %s', (status, outcome) =>
    withServer(async (server, put) => {
      put('1');
      server.faults.add({ fault: 'status', status, on: 'PUT' });
      expect(await attempt(server)).toBe(outcome);
    }),
  );

  test('that is answered with an outage is an error, and can be made again', () =>
    withServer(async (server, put) => {
      put('1');
      server.faults.add({ fault: 'status', status: 500, strikes: 'after', on: 'PUT' });
      await expect(attempt(server)).rejects.toMatchObject({ code: 'ambiguous_outcome' });
      expect(placeOf(server)).toBe('https://r.example');
    }));

  test('goes out under a strong etag, also when a proxy has weakened it', () =>
    withServer(async (server, put) => {
      put('1');
      const etag = server.calendar(CALENDAR).member('1.ics')?.etag;
      expect(await attempt(server, `W/${etag}`)).toBe('written');
    }));

  test('never goes out without a condition', () =>
    withServer(async (server, put) => {
      put('1');
      expect(await attempt(server, '')).toBe('refused');
      expect(server.calls.count('PUT')).toBe(0);
    }));

  test('of a place mails nobody, and leaves what is not UTF-8 alone', () =>
    withServer(async (server, put) => {
      put('1');
      const before = server.mails.length;
      expect(await attempt(server)).toBe('written');
      expect(server.mails).toHaveLength(before);
      server.tap(({ request, sent }) =>
        request.method === 'GET' && typeof sent?.body === 'string'
          ? { ...sent, body: Buffer.from(sent.body, 'latin1') }
          : undefined,
      );
      const [event] = await connectTo(server).read(CALENDAR, '1.ics');
      expect(event?.version).toBe('');
    }));
});
