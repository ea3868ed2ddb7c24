import { portOf, readArguments } from './arguments.ts';
import { caldavCalendar } from './calendars/caldav.ts';
import type { StartCalendar } from './calendars/calendar.ts';
import { googleCalendar } from './calendars/google.ts';
import { microsoftCalendar } from './calendars/microsoft.ts';
import { introduction, whatNext, writesByHand } from './demo/frame.ts';
import { logLine } from './demo/log.ts';
import { Demo } from './demo/story.ts';
import type { LogLine } from './lambda/function.ts';
import { CONTROL_PORT, openControl } from './rooms/control.ts';
import { type LocalRooms, type LocalRoomsOptions, startLocalRooms } from './rooms/local-rooms.ts';
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
  --data DIR       keeps tables, queues, the clock, the rooms at the provider and the calendar there, and goes on from
                   them the next time
  -c name=value    a setting of the stack, as cdk synth takes it; calendarReadEvery is PT12H here`;

/** Characters per line, if the width of the window is unknown. */
const WIDTH = 150;

/** Reading calendars every 15 minutes would take minutes of real time if the clock is turned by weeks. */
const READ_SELDOM = { calendarReadEvery: 'PT12H' };

/** The calendars that start with the stack, by their kinds. */
const LOCAL_CALENDARS: Readonly<Record<string, StartCalendar>> = {
  google: googleCalendar,
  microsoft: microsoftCalendar,
  caldav: caldavCalendar,
};

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
  const calendar = calendarOf(values);
  const stopping = interrupted();
  // first of all, so that a port in use is reported before anything is started
  const control = values.once ? undefined : await openControl(portOf(values.port) ?? usualPort());
  let rooms: LocalRooms | undefined;
  const show = async () => {
    say('Evergreen Rooms on this machine: the stack is being synthesised ...');
    const began = performance.now();
    rooms = await startLocalRooms({
      settings: {
        ...READ_SELDOM,
        ...settingsOf(values.context ?? []),
      },
      ...(values.data !== undefined && { directory: values.data }),
      ...provider,
      ...(calendar && { calendar }),
      warn: (text) => say(`   warning: ${text}`),
      ...(values.verbose && { log }),
    });
    control?.attach(rooms);
    for (const line of introduction(rooms, performance.now() - began)) say(line);
    const story = new Demo(rooms, say, process.stdout.columns ?? WIDTH);
    await (rooms.resumed ? story.resume() : story.tell());
    if (rooms.calendar) await story.tellCalendar(rooms.calendar);
    return 'shown' as const;
  };
  try {
    const ended = await Promise.race([show(), stopping]);
    if (ended === 'interrupted') process.exitCode = 130;
    if (ended === 'interrupted' || !control || !rooms) return;
    for (const line of whatNext(rooms, control.port)) say(line);
    for (const line of writesByHand(rooms, control.port)) say(line);
    await stopping;
  } finally {
    if (control) say('\nstopping');
    await control?.stop();
    await rooms?.stop();
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

/** @throws Error if there is no such kind of calendar */
function calendarOf({
  calendar,
  url,
}: {
  readonly calendar?: string | undefined;
  readonly url?: string | undefined;
}): LocalRoomsOptions['calendar'] {
  if (calendar === 'caldav' && url !== undefined)
    return { start: (parts) => caldavCalendar({ ...parts, url, login: process.env.CALDAV_LOGIN }) };
  if (url !== undefined) throw new Error(`--url needs --calendar caldav, got ${calendar ?? 'no calendar'}`);
  if (calendar === undefined) return undefined;
  const start = new Map(Object.entries(LOCAL_CALENDARS)).get(calendar);
  if (start) return { name: calendar, start };
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
