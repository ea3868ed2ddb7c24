import { createClock } from '../http/clock.ts';
import { type Emulator, startEmulator } from '../http/server.ts';
import { createApi } from './api.ts';
import { CalendarRecord, type KeptCalendar, type Mail } from './calendars.ts';
import { SWITCHES, type Switches } from './choices.ts';
import { type Controlled, createControls } from './controls.ts';
import { failure } from './errors.ts';
import { type UserOptions, Users } from './users.ts';

export interface CaldavOptions {
  readonly users: readonly UserOptions[];
  /** Calendars that exist from the start, by their users and names: `ann/team`. */
  readonly calendars?: readonly string[];
  /** Default: a free port. */
  readonly port?: number;
  /** Milliseconds since the epoch; the expiry of sync tokens depends on it. Default: the machine's clock. */
  readonly now?: () => number;
  /** The seed of random faults. Default 1. */
  readonly seed?: number;
  /** The choices that the contract leaves open, see choices.ts. */
  readonly switches?: Partial<Switches>;
  /** The calendars of an earlier server. */
  readonly kept?: readonly KeptCalendar[];
  /** Called after each change of an event, before its answer. */
  readonly onChange?: () => void;
}

export interface Caldav extends Emulator, Controlled {
  /** The base URL: calendars are at `<url>/ann/team/`. */
  readonly url: string;
  /** You can change them while it runs. */
  readonly switches: { -readonly [Name in keyof Switches]: Switches[Name] };
  /** The calendars with which another server can be started, by its option `kept`, as JSON. */
  kept(): readonly KeptCalendar[];
  /** From now on, only this password or token of the user is accepted. */
  trust(user: string, password: string): void;
  /** From now on, every password and token of the user is refused. */
  distrust(user: string): void;
}

/** Starts a CalDAV server on loopback (RFC 4791, 6578, and the mails of 6638). */
export async function startCaldav(options: CaldavOptions): Promise<Caldav> {
  const switches = { ...SWITCHES, ...options.switches };
  const clock = createClock(options.now);
  const users = new Users(options.users);
  const mails: Mail[] = [];
  const { kept = [], onChange = () => {} } = options;
  const paths = new Set([...(options.calendars ?? []), ...kept.map(({ path }) => path)]);
  const calendars = new Map(
    [...paths].map((path) => [path, new CalendarRecord(path, { switches, mails, onChange })]),
  );
  for (const each of kept) calendars.get(each.path)?.restore(each);
  const inside = {
    mails,
    calendars: () => [...calendars.values()],
    calendar(path: string) {
      const calendar = calendars.get(path);
      if (!calendar) throw new Error(`there is no calendar ${path}`);
      return calendar;
    },
    kept: () => [...calendars.values()].map((calendar) => calendar.kept()),
    trust: (user: string, password: string) => void users.named(user).passwords.add(password),
    distrust(user: string) {
      const { passwords, tokens } = users.named(user);
      passwords.clear();
      tokens.clear();
    },
  };
  const emulator = await startEmulator({
    title: 'CalDAV server',
    clock,
    prefixes: ['/dav'],
    failure,
    ...(options.port !== undefined && { port: options.port }),
    ...(options.seed !== undefined && { seed: options.seed }),
    answer: createApi({ users, calendars, switches, mails, onChange, now: clock.now }),
    controls: createControls(inside),
  });
  return { ...emulator, ...inside, switches, url: `${emulator.origin}/dav` };
}
