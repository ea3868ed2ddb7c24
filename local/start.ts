import { portOf, readArguments } from './arguments.ts';
import { caldavCalendar } from './calendars/caldav.ts';
import type { LocalCalendar } from './calendars/calendar.ts';
import { googleCalendar } from './calendars/google.ts';
import { microsoftCalendar } from './calendars/microsoft.ts';
import { introduction, whatNext, writesByHand } from './demo/frame.ts';
import { logLine } from './demo/log.ts';
import { Demo } from './demo/story.ts';
import type { LogLine } from './lambda/function.ts';
import { CONTROL_PORT, openControl } from './rooms/control.ts';
import { type LocalRooms, startLocalRooms } from './rooms/local-rooms.ts';
import { LOCAL_PROVIDERS } from './rooms/providers.ts';

const USAGE = `npm start [-- --once] [--verbose] [--provider NAME] [--calendar KIND [--url URL]]
          [--port N] [--data DIR] [-c name=value ...]

Runs the whole stack on this machine and does its main job before your eyes. Then it stays up until Ctrl-C, for
npm run send, rooms, clock, events, dead-letters, feed and host-link; each has a --help.

  --once           ends after the main job: exit code 0, or 1 and the reason if a step failed
  --verbose        shows what the functions log, without their metrics
  --provider NAME  ${Object.keys(LOCAL_PROVIDERS).join(', ')}; default meetings-api
  --calendar KIND  google, microsoft or caldav: connects a calendar, in which an event gets its room, on an emulator
                   or, for caldav, on a small server
  --url URL        with --calendar caldav, the URL of a calendar on any server, with its user:password or token in
                   the variable CALDAV_LOGIN
  --port N         where the commands find it; default EVERGREEN_ROOMS_PORT, else 4747
  --data DIR       keeps tables, queues, the clock and the rooms at the provider there, and goes on from them the next
                   time
  -c name=value    a setting of the stack, as cdk synth takes it; calendarReadEvery is PT12H here`;

/** Characters per line, if the width of the window is unknown. */
const WIDTH = 150;

/** Reading calendars every 15 minutes would take minutes of real time if the clock is turned by weeks. */
const READ_SELDOM = { calendarReadEvery: 'PT12H' };

const say = (line = '') => console.log(line);

function log(line: LogLine): void {
  const shown = logLine(line);
  if (shown !== undefined) say(`   ${shown}`);
}

try {
  await main();
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = readArguments({
    options: {
      once: { type: 'boolean' },
      verbose: { type: 'boolean' },
      provider: { type: 'string' },
      calendar: { type: 'string' },
      url: { type: 'string' },
      port: { type: 'string' },
      data: { type: 'string' },
      context: { type: 'string', short: 'c', multiple: true },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return say(USAGE);

  const provider = providerOf(values.provider);
  assertKept(values);
  const stopping = interrupted();
  // first of all, so that a port in use is reported before anything is started
  const control = values.once ? undefined : await openControl(portOf(values.port) ?? usualPort());
  let rooms: LocalRooms | undefined;
  let calendar: LocalCalendar | undefined;
  const show = async () => {
    say('Evergreen Rooms on this machine: the stack is being synthesised ...');
    const began = performance.now();
    calendar = await calendarOf(values, () => rooms?.stack.clock.now() ?? Date.now());
    rooms = await startLocalRooms({
      settings: {
        ...READ_SELDOM,
        ...(calendar && { calendarConnections: [calendar.connection] }),
        ...settingsOf(values.context ?? []),
      },
      ...(values.data !== undefined && { directory: values.data }),
      ...provider,
      warn: (text) => say(`   warning: ${text}`),
      ...(values.verbose && { log }),
    });
    control?.attach(rooms);
    for (const line of introduction(rooms, performance.now() - began)) say(line);
    const story = new Demo(rooms, say, process.stdout.columns ?? WIDTH);
    await (rooms.resumed ? story.resume() : story.tell());
    if (calendar) await story.tellCalendar(calendar);
    return 'shown' as const;
  };
  try {
    const ended = await Promise.race([show(), stopping]);
    if (ended === 'interrupted') process.exitCode = 130;
    if (ended === 'interrupted' || !control || !rooms) return;
    for (const line of whatNext(rooms, control.port)) say(line);
    if (calendar) for (const line of writesByHand(calendar, rooms.stack.clock.now(), control.port)) say(line);
    await stopping;
  } finally {
    if (control) say('\nstopping');
    await control?.stop();
    await rooms?.stop();
    await calendar?.close();
    // a demo that was interrupted may still wait for something
    if (process.exitCode === 130) process.exit();
  }
}

/** @throws Error if the variable has no port */
function usualPort(): number {
  portOf(process.env.EVERGREEN_ROOMS_PORT || undefined, 'EVERGREEN_ROOMS_PORT');
  return CONTROL_PORT;
}

/** @throws Error if there is no such provider */
function providerOf(name = 'meetings-api') {
  const startProvider = new Map(Object.entries(LOCAL_PROVIDERS)).get(name);
  if (startProvider) return { startProvider, providerName: name };
  throw new Error(`--provider must be one of ${Object.keys(LOCAL_PROVIDERS).join(', ')}, got ${name}`);
}

/** @throws Error if the calendar would be empty at the next start, so that the rooms of its events end */
function assertKept({
  calendar,
  url,
  data,
}: { readonly [Name in 'calendar' | 'url' | 'data']?: string }): void {
  if (calendar === undefined || url !== undefined || data === undefined) return;
  throw new Error(
    `--data does not keep the calendar of an emulator, so the next start would cancel its rooms: ` +
      'leave out --data, or name a calendar that stays by --calendar caldav --url',
  );
}

/** @throws Error if there is no such kind of calendar */
async function calendarOf(
  { calendar, url }: { readonly calendar?: string | undefined; readonly url?: string | undefined },
  now: () => number,
): Promise<LocalCalendar | undefined> {
  if (calendar === undefined && url === undefined) return undefined;
  if (calendar === 'caldav') return caldavCalendar({ url, login: process.env.CALDAV_LOGIN, now });
  if (url !== undefined) throw new Error(`--url needs --calendar caldav, got ${calendar ?? 'no calendar'}`);
  if (calendar === 'google') return googleCalendar(now);
  if (calendar === 'microsoft') return microsoftCalendar(now);
  throw new Error(`--calendar must be google, microsoft or caldav, got ${calendar}`);
}

/** @throws Error if a setting is not in the form name=value */
function settingsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^(\w+)=(.*)$/s.exec(pair) ?? [];
      if (!name) throw new Error(`a setting is written -c name=value, got -c ${pair}`);
      return [name, value ?? ''];
    }),
  );
}

function interrupted(): Promise<'interrupted'> {
  return new Promise((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop('interrupted'));
  });
}
