import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { firstId } from '../../cli/deployment/dead-letters.ts';
import { roomToken } from '../../functions/rooms/model/token.ts';
import { googleCalendar } from '../../local/calendars/google.ts';
import { type CalendarServer, startCalendarServer } from '../feeds/calendar-server.ts';
import { DAY, journey } from '../journey/journey.ts';
import { type Alarms, alarmsOf } from '../support/alarms.ts';
import { beside, turnToNoon } from './stack.ts';
import type { Said } from './terminal.ts';

const HOUR = DAY / 24;
const PLANS = 'RotationPlannerInboxQueue';
const RECONCILIATIONS = 'ReconciliationWorkerInboxQueue';

const calendar = await googleCalendar({ now: () => Date.now() });
const system = journey({
  calendarFiles: 'on',
  calendarFeeds: 'team',
  calendarConnections: [calendar.connection],
  calendarReadEvery: 'P1D',
});
const { here, shown, deployment } = beside(system);

let alarms: Alarms;
let folder: string;
let feed: CalendarServer;
beforeAll(async () => {
  await turnToNoon(system());
  alarms = alarmsOf(system());
  feed = await startCalendarServer();
  feed.text = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n';
  folder = mkdtempSync(join(tmpdir(), 'runbook-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await Promise.all([feed.stop(), calendar.close()]);
});

/** What stands in the commands in capitals: `KEY`, `ID`. */
type Names = Readonly<Record<string, string>>;

/** What a person sees after a command. */
interface Seen {
  readonly code: number;
  readonly says: RegExp;
  /** What the person does before it: removes the cause. */
  readonly before?: () => void | Promise<void>;
}

/** Why a command is not run here. */
type Elsewhere = string;

interface Story {
  /** Brings about the situation of the alarm. */
  arise(): Promise<Names>;
  /** Whether the alarm rings. Default: it rang at some time since the situation began. */
  rings?(): boolean;
  /** The commands of the heading, in their order. */
  readonly steps: Readonly<Record<string, Seen | Elsewhere>>;
  /** What is true afterwards. */
  over?(names: Names): Promise<void>;
  /** The next heading has the same situation. */
  readonly stays?: true;
}

/** The provider fails while people wait for rooms. */
const peopleWait: Pick<Story, 'arise' | 'steps'> = {
  arise: once(async () => {
    system().emulator.faults.add({ fault: 'status', status: 500, times: 'always' });
    for (const key of ['waits-1', 'waits-2', 'waits-3']) await send(key);
    await pass(HOUR, HOUR);
    return { KEY: 'waits-1' };
  }),
  steps: {
    'npx evergreen-rooms list --state opening': { code: 0, says: /^waits-1 +opening/m },
    'npx evergreen-rooms show KEY': { code: 1, says: /it has no room yet; it is tried again\n.*500/ },
  },
};

/** Rooms are due, and the provider fails. */
const renewalsFail = once(async () => {
  for (const key of ['late-1', 'late-2']) await send(key, 'P3D');
  await system().stack.settle();
  for (const on of ['POST /rooms', 'PATCH /rooms/:id'])
    system().emulator.faults.add({ fault: 'status', status: 500, on, times: 'always' });
  await pass(3 * DAY - HOUR, HOUR);
  queueNamed(PLANS).send('{}');
  await system().stack.quiet();
  return { KEY: 'late-1' };
});

/** The feed has no address, and the connection no credential, for four rounds. */
const nothingCanBeRead = once(async () => {
  await pass(4 * DAY);
  return {};
});

const STORIES: Readonly<Record<string, Story>> = {
  'Requests rest in a dead-letter queue': {
    async arise() {
      await system().ask({ key: 'refused' });
      return { ID: await idOf('refused') };
    },
    steps: {
      'npx evergreen-rooms dead-letters': { code: 0, says: /refused[^\n]*\n {2}display_name: is missing/ },
      'npx evergreen-rooms dead-letters redrive requests': { code: 0, says: /another try: 1$/m },
      'npx evergreen-rooms dead-letters discard ID': {
        code: 0,
        says: /discarded: 1$/m,
        before: () => system().stack.settle(),
      },
    },
    over: isEmpty,
  },
  'Requests wait too long': { ...peopleWait, stays: true },
  'Requests fail': {
    ...peopleWait,
    async over() {
      system().emulator.faults.clear();
      await system().stack.settle();
      expect((await system().room('waits-1')).state).toBe('active');
    },
  },
  'Rotations rest in a dead-letter queue': {
    async arise() {
      const key = await aRoom();
      await rests(
        'RotationWorkerInboxDead',
        JSON.stringify({ key, generation: 1, cause: 'due' }),
        'the provider had an outage',
      );
      return { KEY: key };
    },
    steps: {
      'npx evergreen-rooms dead-letters': {
        code: 0,
        says: /message [\w-]{36}\n {2}the provider had an outage/,
      },
      'npx evergreen-rooms show KEY': { code: 1, says: /a message about it rests in/ },
      'npx evergreen-rooms dead-letters redrive rotations': { code: 0, says: /another try: 1$/m },
    },
  },
  'Rotations wait too long': {
    stays: true,
    arise: renewalsFail,
    steps: {
      'npx evergreen-rooms plan': { code: 0, says: /^\d{4}-\d\d-\d\d +[1-9]/m },
      'npx evergreen-rooms list --failing': { code: 0, says: /^late-1 /m },
    },
  },
  'Rotations fail': {
    stays: true,
    arise: renewalsFail,
    steps: {
      'npx evergreen-rooms list --failing': { code: 0, says: /^late-1 /m },
      'npx evergreen-rooms show KEY': { code: 1, says: /the last time because: .*not answered/ },
    },
  },
  'Rooms are about to end': {
    arise: renewalsFail,
    steps: {
      'npx evergreen-rooms list --emergency': { code: 0, says: /^late-1 /m },
      'npx evergreen-rooms show KEY': {
        code: 1,
        says: /^! it ends in .*\n.*the last time because: .*not answered.*\n {2}evergreen-rooms rotate late-1 --port \d+$/m,
      },
      'eval "$(out RotateNow)"': { code: 0, says: /^$/, before: () => system().emulator.faults.clear() },
    },
    async over({ KEY = '' }) {
      await system().stack.settle();
      expect((await here('show', KEY)).out).toContain('nothing is wrong');
    },
  },
  'Held rooms are about to end': {
    async arise() {
      const key = await aRoom('P2D');
      await system().ask({ key, action: 'hold' });
      await pass(2 * DAY - HOUR);
      await run(PLANS);
      return { KEY: key };
    },
    steps: {
      'npx evergreen-rooms list --state held': { code: 0, says: /^room-\d+ +held/m },
      'npx evergreen-rooms release KEY': { code: 0, says: /^release: 1 message sent/ },
      'npx evergreen-rooms cancel KEY': { code: 0, says: /^cancel: 1 message sent/ },
    },
    async over({ KEY = '' }) {
      await system().stack.settle();
      expect((await system().room(KEY)).state).toBe('cancelled');
    },
  },
  'The planner is silent': {
    arise: async () => ({}),
    rings: () => alarms.ringing(lastPlan() + 28 * HOUR).includes('The planner is silent'),
    steps: {
      'eval "$(out RotateNow)"': { code: 0, says: /^$/, before: () => pass(HOUR) },
      'npx cdk deploy --revert-drift': 'it changes a stack in AWS',
    },
    async over() {
      await system().stack.settle();
      expect(lastPlan()).toBeGreaterThan(now() - HOUR);
    },
  },
  'Plans rest in a dead-letter queue': {
    async arise() {
      await rests('RotationPlannerInboxDead', '{}', 'the due index was not readable');
      return {};
    },
    steps: {
      'npx evergreen-rooms dead-letters': { code: 0, says: /the due index was not readable/ },
      'npx evergreen-rooms dead-letters redrive plans': { code: 0, says: /another try: 1$/m },
    },
    over: isEmpty,
  },
  'Every application is full': {
    async arise() {
      const key = await aRoom();
      strangers(1000);
      await send('no-space');
      await system().stack.quiet();
      return { KEY: key };
    },
    steps: {
      'npx evergreen-rooms accounts --ask': { code: 0, says: /OF OTHERS .*\nemulator .* 1000 {2,}\S+ \S+$/m },
      'npx evergreen-rooms cancel KEY': { code: 0, says: /^cancel: 1 message sent/ },
    },
    async over() {
      leave();
      await system().stack.settle();
      expect((await system().room('no-space')).state).toBe('active');
    },
  },
  'An application is nearly full': {
    async arise() {
      strangers(801);
      await run(RECONCILIATIONS);
      return {};
    },
    steps: {
      'npx evergreen-rooms accounts --ask': { code: 0, says: /OF OTHERS .*\nemulator .* 801 {2,}\S+ \S+$/m },
    },
    over: async () => leave(),
  },
  'The provider refuses our credentials': {
    async arise() {
      const { emulator, provider, stack } = system();
      emulator.distrust(provider.application.applicationId ?? '');
      for (let i = 0; i < 6; i += 1) await send(`refused-${i}`);
      await stack.quiet();
      return {};
    },
    steps: {
      'npx evergreen-rooms accounts --ask': { code: 1, says: /^! emulator cannot be listed: .*401/m },
      'out PutPrivateKey1': {
        code: 0,
        says: /read back/,
        before() {
          const { emulator, provider, credential } = system();
          emulator.trust(provider.application.applicationId ?? '', createPublicKey(credential));
          writeFileSync(join(folder, 'private.key'), credential);
        },
      },
    },
    async over() {
      await system().stack.settle();
      expect((await system().room('refused-5')).state).toBe('active');
    },
  },
  'The newest version of a secret cannot be used': {
    async arise() {
      await system().doors.putCredential('emulator', 'no key');
      // the functions keep a value for five minutes
      await pass(HOUR);
      await aRoom();
      return {};
    },
    steps: {
      'aws secretsmanager list-secret-version-ids --secret-id <the secret>': 'it is a command of AWS',
      'out PutPrivateKey1': {
        code: 0,
        says: /read back/,
        before: () => writeFileSync(join(folder, 'private.key'), system().credential),
      },
    },
  },
  'The rotation of a secret fails': {
    async arise() {
      const body = JSON.stringify({ detail: { additionalEventData: { SecretId: 'arn:of:a:secret' } } });
      return { ID: await rests('FailedSecretRotations', body) };
    },
    steps: {
      'npx evergreen-rooms dead-letters': {
        code: 0,
        says: /FailedSecretRotations.* secret arn:of:a:secret /,
      },
      'aws secretsmanager rotate-secret --secret-id <the secret>': 'it is a command of AWS',
      'npx evergreen-rooms dead-letters discard ID': { code: 0, says: /discarded: 1$/m },
    },
    over: isEmpty,
  },
  'The provider fails': {
    async arise() {
      const { emulator, stack } = system();
      emulator.faults.add({ fault: 'status', status: 500, times: 50 });
      for (let i = 0; i < 20; i += 1) await send(`fails-${i}`);
      await stack.settle();
      emulator.faults.clear();
      await ghosts(1);
      return {};
    },
    steps: {
      'npx evergreen-rooms drift': { code: 1, says: /^orphan /m },
      'npx evergreen-rooms reconcile': { code: 0, says: /has been started/ },
    },
    over: isRight,
  },
  'Reconciliation waits for a person': {
    async arise() {
      await ghosts(12);
      await run(RECONCILIATIONS);
      return { APPLICATION: 'emulator', N: '12' };
    },
    steps: {
      'npx evergreen-rooms drift': {
        code: 1,
        says: /12 findings, held back[\s\S]*^evergreen-rooms reconcile --confirm emulator --findings 12 --port \d+ /m,
      },
      'npx evergreen-rooms reconcile': { code: 0, says: /has been started/ },
      'npx evergreen-rooms reconcile --confirm APPLICATION --findings N': {
        code: 0,
        says: /may change up to 12 rooms/,
        before: () => system().stack.settle(),
      },
    },
    over: isRight,
  },
  'Rooms were lost': {
    async arise() {
      const [first, second] = [await aRoom(), await aRoom()];
      await pass(2 * HOUR);
      await lose(first);
      await run(RECONCILIATIONS);
      await lose(second);
      return { KEY: second };
    },
    steps: {
      'npx evergreen-rooms drift': { code: 1, says: /^lost +room-\d+ /m },
      'npx evergreen-rooms rotate KEY': { code: 0, says: /^rotate: 1 message sent/ },
    },
    over: isRight,
  },
  'Rooms were found that no row knows': {
    async arise() {
      await ghosts(1);
      await run(RECONCILIATIONS);
      await ghosts(1);
      return {};
    },
    steps: { 'npx evergreen-rooms drift': { code: 1, says: /^orphan /m } },
    async over() {
      await run(RECONCILIATIONS);
      await isRight();
    },
  },
  'Reconciliation fails': {
    async arise() {
      system().emulator.faults.add({ fault: 'status', status: 500, times: 'always' });
      await run(RECONCILIATIONS);
      return {};
    },
    steps: {
      'npx evergreen-rooms drift': { code: 1, says: /^! emulator: .*500/m },
      'npx evergreen-rooms reconcile': {
        code: 0,
        says: /has been started/,
        before: () => system().emulator.faults.clear(),
      },
    },
    over: isRight,
  },
  'Reconciliation is silent': {
    arise: async () => ({}),
    rings: () => alarms.silent(now() + 2 * DAY).includes('Reconciliation is silent'),
    steps: {
      'npx evergreen-rooms reconcile': { code: 0, says: /has been started/ },
      'npx cdk deploy --revert-drift': 'it changes a stack in AWS',
    },
  },
  'Reconciliations rest in a dead-letter queue': {
    async arise() {
      await rests('ReconciliationWorkerInboxDead', '{}', 'the table was not readable');
      return {};
    },
    steps: {
      'npx evergreen-rooms dead-letters': { code: 0, says: /the table was not readable/ },
      'npx evergreen-rooms dead-letters redrive reconciliations': { code: 0, says: /another try: 1$/m },
    },
    over: isEmpty,
  },
  'A feed cannot be read': {
    stays: true,
    arise: nothingCanBeRead,
    steps: {
      'eval "$(out PutFeedAddress1)"': {
        code: 0,
        says: /read back/,
        before: () => writeFileSync(join(folder, 'feed.url'), 'https://calendars.example/team.ics'),
      },
      'eval "$(out ReadFeedsNow)"': {
        code: 0,
        says: /^$/,
        // the command takes no address without https, which the server of the test has
        before: () => system().doors.putFeedAddress('team', feed.address),
      },
    },
    async over() {
      await system().stack.settle();
      expect(feed.requests.length).toBeGreaterThan(0);
    },
  },
  'A connected calendar cannot be read': {
    arise: nothingCanBeRead,
    steps: {
      'npx evergreen-rooms doctor': 'it looks into a stack in AWS',
      'eval "$(out PutCalendarCredential1)"': {
        code: 0,
        says: /read back/,
        before: () => writeFileSync(join(folder, 'credential.json'), calendar.credential),
      },
      'eval "$(out ReadFeedsNow)"': { code: 0, says: /^$/ },
    },
    async over() {
      const before = system().stack.logs.length;
      await system().stack.settle();
      const lines = system()
        .stack.logs.slice(before)
        .map(({ line }) => line);
      expect(lines.some((line) => line.includes('calendar not read'))).toBe(false);
    },
  },
  'A feed has become empty': {
    async arise() {
      const empty = feed.text;
      const event = ['BEGIN:VEVENT', 'UID:weekly', 'SUMMARY:Weekly', 'DTSTART:20260105T090000Z'];
      const lines = [...event, 'DTEND:20260105T100000Z', 'RRULE:FREQ=WEEKLY', 'END:VEVENT', 'END:VCALENDAR'];
      feed.text = empty.replace('END:VCALENDAR', lines.join('\r\n'));
      await pass(DAY);
      expect((await system().room('ical:team:weekly')).state).toBe('active');
      feed.text = empty;
      await pass(4 * DAY);
      return { PREFIX: 'ical:team:' };
    },
    steps: {
      'npx evergreen-rooms cancel --key-prefix PREFIX': {
        code: 0,
        says: /^cancel 1 room, ical:team:weekly: .*\[y\/N\] cancel: 1 message sent/m,
      },
    },
    async over() {
      await system().stack.settle();
      expect((await system().room('ical:team:weekly')).state).toBe('cancelled');
    },
  },
  'WriteBacks rest in a dead-letter queue': {
    async arise() {
      await rests('WriteBackInboxDead', JSON.stringify({ key: 'marked' }), 'the calendar refused to be read');
      return {};
    },
    steps: {
      'npx evergreen-rooms dead-letters': { code: 0, says: /the calendar refused to be read/ },
      'npx evergreen-rooms doctor': 'it looks into a stack in AWS',
      'npx evergreen-rooms dead-letters redrive writebacks': { code: 0, says: /another try: 1$/m },
    },
  },
  'Calendars rest in a dead-letter queue': {
    async arise() {
      await system().doors.putCalendar('team.ics', 'no calendar');
      await system().stack.settle();
      return {};
    },
    steps: {
      'npx evergreen-rooms dead-letters': { code: 0, says: /team\.ics/ },
      'npx evergreen-rooms dead-letters redrive calendars': {
        code: 0,
        says: /another try: 1$/m,
        before: () => system().doors.putCalendar('team.ics', feed.text),
      },
    },
    over: isEmpty,
  },
  'Events or schedules were not delivered': {
    async arise() {
      const body = JSON.stringify({ key: 'undelivered', display_name: 'U', lifetime: 'P30D' });
      writeFileSync(join(folder, 'bodies.jsonl'), `${body}\n`);
      return { ID: await rests('RoomsUndelivered', body), FILE: join(folder, 'bodies.jsonl') };
    },
    steps: {
      'npx evergreen-rooms dead-letters --json': { code: 0, says: /undelivered/ },
      'npx evergreen-rooms request FILE': { code: 0, says: /Room Created +undelivered/ },
      'npx evergreen-rooms dead-letters discard ID': { code: 0, says: /discarded: 1$/m },
    },
    over: isEmpty,
  },
  'Deliveries were dropped': {
    async arise() {
      for (const { properties } of system().stack.template.resources.filter(({ logicalId }) =>
        logicalId.includes('RequestsRule'),
      )) {
        const { Name: RuleName = '', EventBusName = '' } = properties as Record<string, string>;
        alarms.ofAws('AWS/Events', 'InvocationsFailedToBeSentToDlq', { RuleName, EventBusName }, 1);
      }
      const body = JSON.stringify({ key: 'dropped', display_name: 'D', lifetime: 'P30D' });
      writeFileSync(join(folder, 'dropped.jsonl'), `${body}\n`);
      return { FILE: join(folder, 'dropped.jsonl') };
    },
    rings: () => alarms.ringing().includes('Deliveries were dropped'),
    steps: { 'npx evergreen-rooms request FILE': { code: 0, says: /Room Created +dropped/ } },
  },
  'Plans wait too long': waitsTooLong('Plans', PLANS),
  'Reconciliations wait too long': waitsTooLong('Reconciliations', RECONCILIATIONS),
  'Calendars wait too long': waitsTooLong('Calendars', 'CalendarsReaderInboxQueue'),
  'WriteBacks wait too long': waitsTooLong('WriteBacks', 'WriteBackInboxQueue'),
  'The provider throttles calls': {
    async arise() {
      system().emulator.faults.add({ fault: 'throttle', times: 'always', retryAfter: 60 });
      for (let i = 0; i < 20; i += 1) await send(`throttled-${i}`);
      await pass(2 * HOUR, HOUR);
      return {};
    },
    steps: { 'npx evergreen-rooms list --emergency': { code: 0, says: /^no such rooms$/m } },
    async over() {
      system().emulator.faults.clear();
      await system().stack.settle();
      expect((await system().room('throttled-1')).state).toBe('active');
    },
  },
};

/** The headings without a story, and why. */
const UNTOLD: Readonly<Record<string, string>> = {
  'A function crashes': 'it has no command: the log shows the defect',
};

const now = () => system().stack.clock.now();
/** @param follow how far beyond it work is followed that waits for its time */
const pass = (time: number, follow?: number) =>
  system().stack.turnTo(now() + time, follow === undefined ? {} : { follow });

/** AWS alone knows the age of the oldest message, and the doctor looks why nobody takes it. */
function waitsTooLong(what: string, inbox: string): Story {
  return {
    async arise() {
      const age = { QueueName: queueNamed(inbox).name };
      alarms.ofAws('AWS/SQS', 'ApproximateAgeOfOldestMessage', age, (5 * HOUR) / 1000);
      return {};
    },
    rings: () => alarms.ringing().includes(`${what} wait too long`),
    steps: { 'npx evergreen-rooms doctor': 'it looks into a stack in AWS' },
  };
}

const lastPlan = () =>
  system().stack.logs.findLast(({ line }) => line.includes('"PlannerHeartbeat"'))?.at ?? 0;

/** Asks for a room, and does not wait for it. */
const send = (key: string, lifetime = 'P30D') =>
  system().doors.send(JSON.stringify({ key, display_name: key, lifetime }));

let roomsAsked = 0;
async function aRoom(lifetime = 'P30D'): Promise<string> {
  const key = `room-${roomsAsked++}`;
  await system().ask({ key, display_name: key, lifetime });
  return key;
}

function queueNamed(part: string) {
  const queues = system().stack.queues.all();
  const queue = queues.find(({ name }) => name.includes(part));
  if (!queue) throw new Error(`there is no queue ${part}, but ${queues.map(({ name }) => name).join(', ')}`);
  return queue;
}

/** Sends `{}` into the inbox of a function, and waits until all that came of it is over. */
async function run(inbox: string): Promise<void> {
  queueNamed(inbox).send('{}');
  await system().stack.settle();
}

/** Puts a message into a dead-letter queue. @returns its id */
async function rests(queue: string, body: string, reason = 'the cause of the test'): Promise<string> {
  queueNamed(queue).send(body, {
    attributes: { failureReason: { DataType: 'String', StringValue: reason } },
  });
  return idOf(body);
}

async function idOf(part: string): Promise<string> {
  const letters = await (await deployment()).deadLetters();
  const letter = letters.find(({ body }) => body.includes(part));
  return letter ? firstId(letter) : `no dead letter has ${part}`;
}

async function isEmpty(): Promise<void> {
  await system().stack.settle();
  expect((await here('dead-letters')).out).toBe('all dead-letter queues are empty\n');
}

async function isRight(): Promise<void> {
  await system().stack.settle();
  expect(await here('drift')).toMatchObject({ code: 0, out: expect.stringMatching(/nothing is wrong\n$/) });
}

/** A situation that arises once, for several headings. */
function once(arise: () => Promise<Names>): () => Promise<Names> {
  let arisen: Promise<Names> | undefined;
  return () => (arisen ??= arise());
}

const made: string[] = [];
/** Adds rooms of others. */
function strangers(count: number): void {
  const { emulator, provider } = system();
  for (let i = 0; i < count; i += 1) made.push(emulator.addRoom(provider.application.applicationId ?? '').id);
}
/** Removes what a story added at the provider. */
function leave(): void {
  const { emulator } = system();
  for (const id of made.splice(0)) if (emulator.room(id)) emulator.removeRoom(id);
}

/** Rooms of this deployment that no row knows, old enough to be judged. */
async function ghosts(count: number): Promise<void> {
  const { emulator, provider } = system();
  const { mark } = await deployment();
  for (let i = 0; i < count; i += 1) {
    const { id } = emulator.addRoom(provider.application.applicationId ?? '', {
      display_name: 'Ghost',
      type: 'long_term',
      expires_at: system().inDays(30),
      metadata: roomToken(mark, `ghost-${i}`, 1),
    });
    made.push(id);
  }
  await pass(2 * HOUR);
}

async function lose(key: string): Promise<void> {
  system().emulator.removeRoom((await (await deployment()).rooms.read(key))?.current?.id ?? '');
}

/** Runs a command as the runbook has it. Everything that it sets into motion is still to happen. */
async function follow(command: string, names: Names): Promise<Said> {
  const named = command.replace(/\b[A-Z]+\b/g, (name) => names[name] ?? name);
  const [, output] = /\bout (\w+)/.exec(named) ?? [];
  const line = output === undefined ? named : (system().stack.template.outputs[output] ?? '');
  const [, url, body] = /^aws sqs send-message --queue-url (\S+) --message-body '?(.*?)'?$/.exec(line) ?? [];
  if (url !== undefined) {
    queueNamed(url.split('/').at(-1) ?? '').send(body ?? '');
    return { code: 0, out: '', err: '' };
  }
  const words = line
    .replace(/^npm run( -\S+)* evergreen-rooms --/, 'npx evergreen-rooms')
    .replace(/ --stack \S+/, '')
    .replace(/--file (\S+)/, (_, file) => `--file ${join(folder, file)}`)
    .split(' ');
  expect(words.splice(0, 2)).toEqual(['npx', 'evergreen-rooms']);
  return shown({ answer: 'y' }, ...words);
}

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

/** The commands of each heading of the runbook, in their order. */
const COMMANDS = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((text) => {
      const spans = [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span.replaceAll(/\s+/g, ' '));
      const commands = spans.filter((span) => /^(npx|npm|aws|eval|out|evergreen-rooms) /.test(span));
      return [text.split('\n')[0] ?? '', [...new Set(commands)]] as const;
    }),
);

describe('the runbook', () => {
  test('has a story for each heading, or a reason why not', () => {
    expect([...Object.keys(STORIES), ...Object.keys(UNTOLD)].sort()).toEqual([...COMMANDS.keys()].sort());
  });

  test.each([...COMMANDS])('%s: at most three commands', (heading, commands) => {
    expect(commands.length).toBeLessThanOrEqual(3);
    if (UNTOLD[heading]?.startsWith('it has no command')) expect(commands).toEqual([]);
  });
});

describe('the commands of the runbook, in the situation of the alarm', () => {
  let began = 0;
  let stays = false;

  afterEach(async () => {
    if (stays) return;
    const { emulator, provider, credential, doors, stack } = system();
    emulator.faults.clear();
    emulator.trust(provider.application.applicationId ?? '', createPublicKey(credential));
    leave();
    await stack.settle();
    for (const { key, state } of await doors.rooms())
      if (state !== 'cancelled') await doors.send(JSON.stringify({ key, action: 'cancel' }));
    await stack.settle();
    for (const queue of stack.deadLetterQueues())
      for (const { receiptHandle } of queue.receive(1000)) queue.delete(receiptHandle);
    await turnToNoon(system());
  });

  test.each(Object.entries(STORIES))('%s', async (heading, { arise, rings, steps, over, ...story }) => {
    if (!stays) began = now();
    stays = story.stays ?? false;
    expect(COMMANDS.get(heading)).toEqual(Object.keys(steps));
    const names = await arise();
    expect(rings?.() ?? alarms.ringsSince(began, heading) > 0).toBe(true);
    for (const [command, seen] of Object.entries(steps)) {
      if (typeof seen === 'string') continue;
      await seen.before?.();
      const { code, out, err } = await follow(command, names);
      expect([command, code, `${out}${err}`]).toEqual([command, seen.code, expect.stringMatching(seen.says)]);
    }
    await over?.(names);
  });
});
