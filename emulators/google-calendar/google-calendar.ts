import { createClock } from '../http/clock.ts';
import { seededRandom } from '../http/random.ts';
import { type Emulator, startEmulator } from '../http/server.ts';
import { createApi } from './api.ts';
import {
  type CalendarOptions,
  Calendars,
  type EventRecord,
  type Fields,
  type KeptCalendar,
  type Mail,
} from './calendars.ts';
import { CHOICES, SWITCHES, type Switches } from './choices.ts';
import { createControls } from './controls.ts';
import { failure } from './errors.ts';
import { shown } from './shown.ts';
import { type ServiceAccountOptions, Tokens } from './tokens.ts';

export interface GoogleCalendarOptions {
  readonly serviceAccounts: readonly ServiceAccountOptions[];
  readonly calendars: readonly CalendarOptions[];
  /** Default: a free port. */
  readonly port?: number;
  /** Milliseconds since the epoch; the quota uses it too. Default: the machine's clock. */
  readonly now?: () => number;
  /** The seed of random faults and generated ids. Default 1. */
  readonly seed?: number;
  /** The choices that the contract leaves open, see choices.ts. */
  readonly switches?: Partial<Switches>;
  /**
   * With a clock that does not move, a full window never becomes empty: turn the limits off then. Default
   * true.
   */
  readonly rateLimits?: boolean;
  /** Calls a minute and user. Default 600. */
  readonly perMinute?: number;
  /** The events of an earlier emulator, for the calendars with the same ids. */
  readonly kept?: readonly KeptCalendar[];
  /** Called after each change of an event, before its answer. */
  readonly onChange?: () => void;
}

export interface GoogleCalendar extends Emulator {
  /** The base URL for a client. */
  readonly url: string;
  /** The URL that issues access tokens. */
  readonly tokenUrl: string;
  /** Every mail to a guest that would have been sent. */
  readonly mails: readonly Mail[];
  /** The event as the API shows it; undefined if there is none. */
  event(calendar: string, id: string): Fields | undefined;
  /** A person creates an event; guests whose calendars are here get their copies. @returns its id */
  add(calendar: string, fields: Fields): string;
  /** A person changes an event in a calendar: null removes a field. */
  edit(calendar: string, id: string, fields: Fields): void;
  /** A person changes one occurrence of a series. @returns its id */
  editOccurrence(calendar: string, seriesId: string, originalStart: Fields, fields: Fields): string;
  /** A person deletes an event, or an occurrence by its id. */
  remove(calendar: string, id: string): void;
  /** The next call with a sync token of this calendar must read everything. */
  expireSyncTokens(calendar: string): void;
  share(calendar: string, user: string, role: 'reader' | 'writer' | undefined): void;
  /** The events with which another emulator can be started, by its option `kept`, as JSON. */
  kept(): readonly KeptCalendar[];
  trust(serviceAccount: string, keyId: string, publicKey: string): void;
  /** Without an id, every key. Access tokens are refused from now on. */
  distrust(serviceAccount: string, keyId?: string): void;
}

/** Starts the Google Calendar API on loopback, as its contract describes it. */
export async function startGoogleCalendar(options: GoogleCalendarOptions): Promise<GoogleCalendar> {
  const switches = { ...SWITCHES, ...options.switches };
  const clock = createClock(options.now);
  const tokens = new Tokens(options.serviceAccounts);
  const calendars = new Calendars(options.calendars, {
    random: seededRandom(options.seed ?? 1),
    now: clock.now,
    switches,
    kept: options.kept ?? [],
    onChange: options.onChange ?? (() => {}),
  });
  const known = (calendar: string, id: string): EventRecord => {
    const record = calendars.named(calendar).events.get(id);
    if (record) return record;
    throw new Error(`calendar ${calendar} has no event ${id}`);
  };

  const inside = {
    mails: calendars.mails,
    event(calendar: string, id: string) {
      const record = calendars.named(calendar).events.get(id);
      return record && shown(record, calendars.named(calendar));
    },
    add: (calendar: string, fields: Fields) => calendars.insert(calendars.named(calendar), fields, 'none').id,
    edit: (calendar: string, id: string, fields: Fields) =>
      void calendars.patch(calendars.named(calendar), known(calendar, id), fields, 'none'),
    editOccurrence(calendar: string, seriesId: string, originalStart: Fields, fields: Fields) {
      const home = calendars.named(calendar);
      const exception = calendars.exception(home, known(calendar, seriesId), originalStart);
      return calendars.patch(home, exception, fields, 'none').id;
    },
    remove: (calendar: string, id: string) =>
      calendars.delete(calendars.named(calendar), known(calendar, id), 'none'),
    expireSyncTokens: (calendar: string) => calendars.named(calendar).expireTokens(),
    kept: () => calendars.kept(),
    share(calendar: string, user: string, role: 'reader' | 'writer' | undefined) {
      const { sharedWith } = calendars.named(calendar);
      if (role) sharedWith.set(user, role);
      else sharedWith.delete(user);
    },
    trust: (serviceAccount: string, keyId: string, publicKey: string) =>
      void tokens.named(serviceAccount).publicKeys.set(keyId, publicKey),
    distrust(serviceAccount: string, keyId?: string) {
      const { publicKeys } = tokens.named(serviceAccount);
      if (keyId === undefined) publicKeys.clear();
      else publicKeys.delete(keyId);
      tokens.revoke();
    },
  };

  const emulator = await startEmulator({
    title: 'Google Calendar emulator',
    clock,
    prefixes: ['/calendar/v3'],
    failure,
    ...(options.port !== undefined && { port: options.port }),
    ...(options.seed !== undefined && { seed: options.seed }),
    answer: createApi({
      calendars,
      tokens,
      switches,
      rateLimits: options.rateLimits ?? true,
      perMinute: options.perMinute ?? CHOICES.perMinute,
      now: clock.now,
    }),
    controls: createControls(inside),
  });
  return {
    ...emulator,
    ...inside,
    url: `${emulator.origin}/calendar/v3`,
    tokenUrl: `${emulator.origin}/token`,
  };
}
