import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../emulators/http/random.ts';
import { type Connection, connectedCalendars } from '../../../functions/connections/connection.ts';
import type { Meeting } from '../../../functions/connections/meetings.ts';
import type { EventContent } from '../../../functions/connections/system.ts';
import { tasksFor, tasksForCopies, writeIntoAll } from '../../../functions/connections/write-back/places.ts';
import type { CopyTask, WriteBackTask } from '../../../functions/connections/write-back/task.ts';
import {
  type WriteBackPorts,
  type WriteBackResult,
  writeBack,
} from '../../../functions/connections/write-back/write-back.ts';
import { RoomChangedError, ThrottledError } from '../../../functions/rooms/model/errors.ts';
import { interleaving } from '../../support/interleaving.ts';
import { memoryWriteBackRecords } from '../../support/memory-write-back-records.ts';
import { Death, type Fate, mortal } from '../../support/mortal.ts';
import { MemoryCalendar } from './memory-calendar.ts';
import { FIRST_LINE, NOW, times } from './written-events.ts';

const OLD = 'https://rooms.example.org/old';
const NEW = 'https://rooms.example.org/new';

const CONNECTION: Connection = {
  name: 'team-a',
  kind: 'google',
  secret: 'secret',
  calendars: ['anna@example.org'],
  which: 'all',
  writeBack: 'full',
};

const calendarOf = (more: Partial<Connection> = {}) => {
  const [calendar] = connectedCalendars([{ ...CONNECTION, ...more } as Connection]);
  if (!calendar) throw new Error('there is no calendar');
  return calendar;
};

const aTask = (
  revision: number,
  url: string | undefined,
  more: Partial<WriteBackTask> = {},
): WriteBackTask => ({
  key: 'google:team-a:e1',
  revision,
  calendar: calendarOf().id,
  event: 'e1',
  ...(url !== undefined && { url }),
  ...more,
});

interface Setting {
  readonly system: MemoryCalendar;
  readonly told: string[];
  readonly ports: WriteBackPorts;
  write(task: WriteBackTask, more?: Partial<Connection>): Promise<WriteBackResult>;
}

function setting(
  content: EventContent = { format: 'google', event: { id: 'e1', description: 'Agenda' } },
): Setting {
  const system = new MemoryCalendar();
  system.put('e1', content);
  const told: string[] = [];
  const ports: WriteBackPorts = {
    system,
    records: memoryWriteBackRecords(),
    admit() {},
    tell: async (problem) => void told.push(problem),
    now: () => NOW,
  };
  return { system, told, ports, write: (task, more) => writeBack(task, calendarOf(more), ports) };
}

describe('a link is written', () => {
  test('into its event, once for a change', async () => {
    const { system, write } = setting();
    expect(await write(aTask(2, OLD))).toBe('written');
    expect(await write(aTask(2, OLD))).toBe('unchanged');
    expect(await write(aTask(3, OLD))).toBe('unchanged');
    expect(system.writes).toBe(1);
    expect(await write(aTask(4, NEW))).toBe('written');
    expect(system.writes).toBe(2);
    expect(times(OLD, system.content('e1'))).toBe(0);
  });

  test('into the exceptions of its series too', async () => {
    const { system, write } = setting();
    const exception = { id: 'e1_x', recurringEventId: 'e1', location: 'Town hall', description: 'Moved' };
    system.put('e1_x', { format: 'google', event: exception }, 'e1');
    await write(aTask(2, OLD));
    await write(aTask(4, NEW));
    expect(times(OLD, system.content('e1_x'))).toBe(0);
    expect(times(NEW, system.content('e1_x'))).toBe(2);
    expect(system.content('e1_x')).toMatchObject({ event: { location: 'Town hall' } });
    await write(aTask(5, undefined));
    expect(system.content('e1_x')).toEqual({
      format: 'google',
      event: { ...exception, extendedProperties: { private: {} } },
    });
  });

  test('and taken out, while addresses that people wrote stay as they are', async () => {
    const theirs = 'https://meet.example/theirs';
    const event = { id: 'e1', location: theirs, description: `Join the meeting: ${theirs}` };
    const { system, write } = setting({ format: 'google', event });
    for (const [revision, url] of [OLD, NEW].entries()) {
      await write(aTask(2 + revision, url));
      expect(system.content('e1')).toMatchObject({
        event: { location: theirs, description: expect.stringMatching(/^Join the meeting: \S+theirs/) },
      });
      expect(times(theirs, system.content('e1'))).toBe(2);
    }
    await write(aTask(5, undefined));
    expect(system.content('e1')).toEqual({
      format: 'google',
      event: { ...event, extendedProperties: { private: {} } },
    });
  });

  test('by the newest announcement, in whatever order they come', async () => {
    const { system, write } = setting();
    await write(aTask(4, NEW));
    expect(await write(aTask(2, OLD))).toBe('overtaken');
    expect(times(OLD, system.content('e1'))).toBe(0);
    await write(aTask(7, undefined));
    expect(await write(aTask(6, NEW))).toBe('overtaken');
    expect(times(FIRST_LINE, system.content('e1'))).toBe(0);
  });

  test('in its turn: a write that must wait reads nothing and records nothing', async () => {
    const { system, ports } = setting();
    const wait = new ThrottledError('later', { retryAfter: 60_000, ambiguous: false });
    const admit = () => {
      throw wait;
    };
    await expect(writeBack(aTask(2, OLD), calendarOf(), { ...ports, admit })).rejects.toBe(wait);
    expect([await ports.records.read(aTask(2, OLD).key), system.writes]).toEqual([undefined, 0]);
  });

  test('nowhere where the event is gone', async () => {
    const { system, write } = setting();
    system.remove('e1');
    expect(await write(aTask(2, OLD))).toBe('gone');
  });

  test('in place of an earlier one that stands alone in the place', async () => {
    const { system, write } = setting({ format: 'google', event: { id: 'e1' } });
    await write(aTask(2, OLD), { writeBack: 'location' });
    await write(aTask(3, NEW), { writeBack: 'location' });
    expect(system.content('e1')).toEqual({ format: 'google', event: { id: 'e1', location: NEW } });
  });

  test('in place of one that another deployment or an earlier table wrote, where the room had it before', async () => {
    const { system, write } = setting({ format: 'google', event: { id: 'e1', location: OLD } });
    await write(aTask(3, NEW, { previousUrl: OLD }), { writeBack: 'location' });
    expect(system.content('e1')).toMatchObject({ event: { location: NEW } });
  });
});

describe('the copies of an event in other calendars', () => {
  const KEY = 'google:team-a:e1';
  const place = (calendar: string, event: string) => ({ calendar, event, rank: 1 as const });
  const meeting: Meeting = {
    id: 'm1',
    version: 1,
    room: { key: KEY, format: 'google', calendar: calendarOf().id, event: 'e1' },
    places: [place(calendarOf().id, 'e1'), place('team-b', 'e2')],
  };
  const copy = (content: object): EventContent => ({ format: 'google', event: { id: 'e2', ...content } });

  async function withCopy(content: object = { description: 'Own notes' }) {
    const made = setting();
    made.system.put('e2', copy(content));
    const all = async (tasks: readonly WriteBackTask[]) => {
      const results: WriteBackResult[] = [];
      for (const task of tasks) results.push(await made.write(task));
      return results;
    };
    const ofReading = async (task: Partial<CopyTask> = {}, known = meeting) =>
      all(tasksForCopies({ key: KEY, meeting: 'm1', ...task }, await made.ports.records.read(KEY), known));
    return { ...made, all, ofReading };
  }

  test('get the link with it, and lose it with it, beside what people wrote into them', async () => {
    const { system, all } = await withCopy();
    expect(await all(tasksFor(aTask(2, OLD), meeting))).toEqual(['written', 'written']);
    expect(times(OLD, system.content('e2'))).toBe(times(OLD, system.content('e1')));
    await all(tasksFor(aTask(3, NEW), meeting));
    expect(times(OLD, system.content('e2'))).toBe(0);
    await all(tasksFor(aTask(4, undefined), meeting));
    expect(system.content('e2')).toMatchObject({ event: { description: 'Own notes' } });
    expect(times(FIRST_LINE, system.content('e2'))).toBe(0);
  });

  test('get it when they come later, once', async () => {
    const { system, all, ofReading } = await withCopy();
    expect(await ofReading()).toEqual([]);
    await all([aTask(2, OLD)]);
    expect(await ofReading()).toEqual(['unchanged', 'written']);
    expect(await ofReading()).toEqual(['unchanged', 'unchanged']);
    expect(times(OLD, system.content('e2'))).toBe(times(OLD, system.content('e1')));
    await all(tasksFor(aTask(3, undefined), meeting));
    expect(await ofReading()).toEqual([]);
  });

  test('get it when they come while it is written, and found none', async () => {
    const { system, write, ofReading } = await withCopy();
    let known: Meeting = { ...meeting, places: meeting.places.slice(0, 1) };
    const written: string[] = [];
    await writeIntoAll(
      async () => tasksFor(aTask(2, OLD), known),
      async (task) => {
        if (known !== meeting) expect(await ofReading({}, meeting)).toEqual([]);
        known = meeting;
        written.push(task.event);
        await write(task);
      },
    );
    expect(written).toEqual(['e1', 'e2']);
    expect(times(OLD, system.content('e2'))).toBe(times(OLD, system.content('e1')));
  });

  test('get it also if another event fails, which is told after that', async () => {
    const { system, write } = await withCopy();
    const writing = writeIntoAll(
      async () => tasksFor(aTask(2, OLD), meeting),
      async (task) => {
        if (task.event === 'e1') throw new Error('no answer');
        await write(task);
      },
    );
    await expect(writing).rejects.toThrow('no answer');
    expect(times(OLD, system.content('e2'))).toBeGreaterThan(0);
  });

  test('lose it alone where they have lost their mark', async () => {
    const { system, all, ofReading } = await withCopy();
    await all(tasksFor(aTask(2, OLD), meeting));
    const without = { calendar: 'team-b', event: 'e2' };
    await ofReading({ without }, { ...meeting, places: meeting.places.slice(0, 1) });
    expect(times(OLD, system.content('e2'))).toBe(0);
    expect(times(OLD, system.content('e1'))).toBeGreaterThan(0);
    // a task that comes late, after the mark is back
    await ofReading();
    expect(await ofReading({ without })).toEqual(['unchanged', 'unchanged']);
    expect(times(OLD, system.content('e2'))).toBeGreaterThan(0);
  });

  test('have it alone where the event that the room was asked for by has lost its mark', async () => {
    const { system, all } = await withCopy();
    const others = { ...meeting, places: meeting.places.slice(1) };
    expect(await all(tasksFor(aTask(2, OLD), others))).toEqual(['written']);
    expect(times(OLD, system.content('e1'))).toBe(0);
    expect(await all(tasksFor(aTask(3, undefined), others))).toEqual(['unchanged', 'written']);
  });

  test('have it also where the event that the room was asked for by is gone', async () => {
    const { system, all } = await withCopy();
    system.remove('e1');
    expect(await all(tasksFor(aTask(2, OLD), meeting))).toEqual(['gone', 'written']);
  });

  test('are told of by themselves, once, where they cannot be written', async () => {
    const { system, told, all, ports } = await withCopy();
    system.fault = 'refused';
    for (const revision of [2, 3]) await all(tasksFor(aTask(revision, OLD), meeting));
    expect(told).toEqual(['refused', 'refused']);
    expect(await ports.records.read(KEY)).toMatchObject({
      problem: 'refused',
      copies: { 'team-b': 'refused' },
    });
    system.fault = undefined;
    await all(tasksFor(aTask(4, OLD), meeting));
    const record = await ports.records.read(KEY);
    expect([record?.problem, record?.copies]).toEqual([undefined, undefined]);
  });

  test('leave no problem behind where they are gone, nor does the event that the room was asked for by', async () => {
    const { system, all, ofReading, ports } = await withCopy();
    system.fault = 'refused';
    await all(tasksFor(aTask(2, OLD), meeting));
    const problems = async () => {
      const record = await ports.records.read(KEY);
      return [record?.problem, record?.copies?.['team-b']];
    };
    expect(await problems()).toEqual(['refused', 'refused']);
    const [own, other] = meeting.places;
    for (const { calendar, event } of [own, other].filter((each) => each !== undefined)) {
      system.remove(event);
      const places = meeting.places.filter((each) => each.event !== event);
      await ofReading({ without: { calendar, event } }, { ...meeting, places });
      expect(await problems()).toEqual([undefined, event === 'e1' ? 'refused' : undefined]);
    }
  });

  test('of guests are not told of: what the organizer has comes into them', async () => {
    const { system, told, all } = await withCopy({ organizer: { email: 'anna@example.org' } });
    await all([aTask(2, OLD)]);
    system.fault = 'ignored';
    expect(await all(tasksFor(aTask(2, OLD), meeting))).toEqual(['unchanged', 'ignored']);
    expect(told).toEqual([]);
  });
});

describe('a link that cannot be written', () => {
  test.each(['refused', 'ignored'] as const)(
    'is told once (%s), and again after it could be',
    async (fault) => {
      const { system, told, write } = setting();
      system.fault = fault;
      expect(await write(aTask(2, OLD))).toBe(fault);
      expect(await write(aTask(2, OLD))).toBe(fault);
      expect(await write(aTask(3, NEW))).toBe(fault);
      expect(told).toEqual([fault]);
      system.fault = undefined;
      expect(await write(aTask(4, NEW))).toBe('written');
      system.fault = fault;
      expect(await write(aTask(5, OLD))).toBe(fault);
      expect(told).toEqual([fault, fault]);
    },
  );

  test('is no problem any more where the event is gone', async () => {
    const { system, told, ports, write } = setting();
    system.fault = 'refused';
    await write(aTask(2, OLD));
    system.remove('e1');
    expect(await write(aTask(3, undefined))).toBe('gone');
    expect((await ports.records.read('google:team-a:e1'))?.problem).toBeUndefined();
    expect(told).toEqual(['refused']);
  });

  test('since a person has written the place that it was to have alone, is told once', async () => {
    const { system, told, write } = setting({ format: 'google', event: { id: 'e1', location: 'Room 5' } });
    expect(await write(aTask(2, OLD), { writeBack: 'location' })).toBe('place-taken');
    expect(await write(aTask(3, NEW), { writeBack: 'location' })).toBe('place-taken');
    expect(told).toEqual(['place-taken']);
    expect(system.writes).toBe(0);
  });

  test('since the description is as long as Google allows, is in the place alone', async () => {
    const description = 'x'.repeat(8100);
    const { system, told, write } = setting({ format: 'google', event: { id: 'e1', description } });
    expect(await write(aTask(2, OLD))).toBe('written');
    expect({ ...system.content('e1') }).toMatchObject({
      format: 'google',
      event: { description, location: OLD },
    });
    expect(await write(aTask(3, NEW))).toBe('written');
    expect({ ...system.content('e1') }).toMatchObject({ event: { description, location: NEW } });
    expect(told).toEqual([]);
  });

  test('since a person has filled the place and the description, is told once', async () => {
    const event = { id: 'e1', location: 'Room 5', description: 'x'.repeat(8192) };
    const { system, told, write } = setting({ format: 'google', event });
    expect(await write(aTask(2, OLD))).toBe('no-space');
    expect(await write(aTask(3, NEW))).toBe('no-space');
    expect(told).toEqual(['no-space']);
    expect({ ...system.content('e1') }).toMatchObject({ event });
  });

  test('is nothing to tell after a cancellation that had nothing to take out', async () => {
    const { told, write } = setting({ format: 'google', event: { id: 'e1', location: 'Room 5' } });
    expect(await write(aTask(2, undefined), { writeBack: 'location' })).toBe('unchanged');
    expect(told).toEqual([]);
  });

  test('comes back where somebody changes the event all the time', async () => {
    const { system, ports, write } = setting();
    const read = system.read.bind(system);
    system.read = async (calendar, id) => {
      const events = await read(calendar, id);
      system.edit('e1', (content) => content);
      return events;
    };
    await expect(write(aTask(2, OLD))).rejects.toThrow(RoomChangedError);
    expect(await ports.records.read('google:team-a:e1')).toMatchObject({ revision: 2 });
  });
});

/** As the queue brings a message back until it is done. */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof RoomChangedError)) throw error;
    }
  }
  throw new Error('a message did not get done');
}

const CONTENTS: readonly (readonly [
  string,
  EventContent,
  (content: EventContent, text: string) => EventContent,
])[] = [
  ['google', { format: 'google', event: { id: 'e1', description: 'Agenda' } }, editGoogle],
  [
    'icalendar',
    {
      format: 'icalendar',
      text: 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u1\r\nDESCRIPTION:Agenda\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
    },
    editIcalendar,
  ],
  [
    'graph',
    { format: 'graph', event: { id: 'e1', body: { contentType: 'html', content: '<p>Agenda</p>' } } },
    editGraph,
  ],
];

function editGoogle(content: EventContent, text: string): EventContent {
  if (content.format !== 'google') return content;
  const { attendees = [], description } = content.event;
  return {
    format: 'google',
    event: {
      ...content.event,
      description: `${description}\n${text}`,
      attendees: [...(attendees as []), text],
    },
  };
}

function editGraph(content: EventContent, text: string): EventContent {
  if (content.format !== 'graph') return content;
  const { attendees = [], body } = content.event;
  const html = (body as { readonly content: string }).content;
  return {
    format: 'graph',
    event: {
      ...content.event,
      body: { contentType: 'html', content: `${html}<p>${text}</p>` },
      attendees: [...(attendees as []), text],
    },
  };
}

function editIcalendar(content: EventContent, text: string): EventContent {
  if (content.format !== 'icalendar') return content;
  const edited = content.text
    .replace(/\r\n /g, '')
    .replace(/DESCRIPTION:.*/, (line) => `${line}\\n${text}`)
    .replace('UID:u1', `UID:u1\r\nATTENDEE:mailto:${text}`);
  return { format: 'icalendar', text: edited };
}

describe.each(CONTENTS)('two workers and a person at one event of %s', (_, content, edit) => {
  test('lose nothing of one another in 1,000 interleavings', async () => {
    let conflicts = 0;
    for (let seed = 1; seed <= 1000; seed += 1) {
      const random = seededRandom(seed);
      const { system, told, ports } = setting(content);
      const race = interleaving(random);
      const tasks = [aTask(2, OLD), aTask(3, NEW)].map((task, worker) =>
        untilDone(() => {
          conflicts += 1;
          return writeBack(task, calendarOf(), race.portsOf(worker, ports));
        }),
      );
      let edits = 0;
      await race.run(tasks, () => {
        if (random() > 0.15) return;
        edits += 1;
        system.edit('e1', (now) => edit(now, `edit-${edits}.`));
      });
      await Promise.all(tasks);
      const after = system.content('e1');
      const run = { seed, trace: race.trace };
      for (let each = 1; each <= edits; each += 1) {
        expect({ ...run, times: times(`edit-${each}.`, after) }).toEqual({ ...run, times: 2 });
      }
      expect({ ...run, old: times(OLD, after), blocks: times(FIRST_LINE, after), told }).toEqual({
        ...run,
        old: 0,
        blocks: 1,
        told: [],
      });
    }
    // the runs are not all alike
    expect(conflicts).toBeGreaterThan(2100);
  });
});

describe('a crash', () => {
  /** What an event goes through. */
  const LIFE = [
    { task: aTask(2, OLD), links: 1 },
    { task: aTask(3, NEW), links: 1 },
    { task: aTask(4, undefined), links: 0 },
  ];

  test.each(['before', 'after'] as const)(
    '%s any call leaves each event with the link once',
    async (when) => {
      let crashes = 0;
      for (let dieAt = 1, died = true; died; dieAt += 1) {
        const life = setting();
        died = await live(life, { dieAt, when });
        if (died) crashes += 1;
        expect(life.system.content('e1')).toEqual({
          format: 'google',
          event: { id: 'e1', description: 'Agenda', location: '', extendedProperties: { private: {} } },
        });
        expect(life.system.writes).toBe(3);
      }
      expect(crashes).toBeGreaterThanOrEqual(5);
    },
  );

  /** One message after the other; that of the worker that dies comes back. */
  async function live({ system, ports }: Setting, fate: Fate): Promise<boolean> {
    let died = false;
    for (const { task, links } of LIFE) {
      const doomed = mortal(ports, died ? undefined : fate);
      try {
        await writeBack(task, calendarOf(), doomed.ports);
      } catch (error) {
        if (!(error instanceof Death)) throw error;
        died = true;
        await writeBack(task, calendarOf(), ports);
      }
      expect(times(FIRST_LINE, system.content('e1'))).toBe(links);
      expect(times('https://rooms.example.org/', system.content('e1'))).toBe(3 * links);
      expect(await writeBack(task, calendarOf(), ports)).toBe('unchanged');
    }
    return died;
  }
});
