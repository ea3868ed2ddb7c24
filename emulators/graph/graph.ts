import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { createClock } from '../http/clock.ts';
import { seededRandom } from '../http/random.ts';
import { type Emulator, startEmulator } from '../http/server.ts';
import { createApi } from './api.ts';
import { CHOICES, SWITCHES, type Switches } from './choices.ts';
import { createControls } from './controls.ts';
import { failure } from './errors.ts';
import { type EventRecord, type Fields, type KeptMailboxes, type Mail, Mailboxes } from './mailboxes.ts';
import { shown, shownOccurrence } from './shown.ts';
import { type AppOptions, Tokens } from './tokens.ts';

export interface GraphOptions {
  readonly app: AppOptions;
  /** Addresses of mailboxes. */
  readonly mailboxes: readonly string[];
  /** Default: a free port. */
  readonly port?: number;
  /** Milliseconds since the epoch; the limits use it too. Default: the machine's clock. */
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
  /** Calls of the app in ten minutes for each mailbox. Default 10,000. */
  readonly perTenMinutes?: number;
  /** Called for each call while it is under way. Default: a turn of the event loop. */
  readonly meanwhile?: () => Promise<unknown>;
  /** The mailboxes of an earlier emulator. Its links are invalid. */
  readonly kept?: KeptMailboxes;
  /** Called after each change of an event, before its answer. */
  readonly onChange?: () => void;
}

export interface Graph extends Emulator {
  /** The base URL for a client. */
  readonly url: string;
  /** The URL that issues access tokens, without the tenant. */
  readonly loginUrl: string;
  /** Every mail to a guest that would have been sent. */
  readonly mails: readonly Mail[];
  /** The event as the API shows it; undefined if there is none. */
  event(mailbox: string, id: string): Fields | undefined;
  /** One occurrence of a series as the API shows it. @param original its planned start */
  occurrence(mailbox: string, seriesId: string, original: number): Fields;
  /** A person creates an event; guests whose mailboxes are here get their copies. @returns its id */
  add(mailbox: string, fields: Fields): string;
  edit(mailbox: string, id: string, fields: Fields): void;
  /** A person changes one occurrence of a series. @param original its planned start */
  editOccurrence(mailbox: string, seriesId: string, original: number, fields: Fields): void;
  cancelOccurrence(mailbox: string, seriesId: string, original: number): void;
  remove(mailbox: string, id: string): void;
  /** Restores the last deleted event with this id. */
  restore(mailbox: string, id: string): void;
  /** The mailboxes with which another emulator can be started, by its option `kept`, as JSON. */
  kept(): KeptMailboxes;
  /** The ids of a guest's copies. */
  copies(mailbox: string): readonly string[];
  /** Makes all links of this mailbox invalid that were issued so far. */
  expireLinks(mailbox: string): void;
  allow(mailbox: string, isAllowed: boolean): void;
  trust(secret: string): void;
  /** From now on, every secret and every token is refused. */
  distrust(): void;
}

/** Starts the calendars of Microsoft Graph on loopback, as their contract describes them. */
export async function startGraph(options: GraphOptions): Promise<Graph> {
  const switches = { ...SWITCHES, ...options.switches };
  const clock = createClock(options.now);
  const tokens = new Tokens(options.app);
  const mailboxes = new Mailboxes(options.mailboxes, {
    random: seededRandom(options.seed ?? 1),
    now: clock.now,
    switches,
    kept: options.kept,
    onChange: options.onChange ?? (() => {}),
  });
  const removed = new Map<string, EventRecord>();
  const known = (mailbox: string, id: string): EventRecord => {
    const record = mailboxes.named(mailbox).events.get(id);
    if (record) return record;
    throw new Error(`mailbox ${mailbox} has no event ${id}`);
  };

  const inside = {
    mails: mailboxes.mails,
    event(mailbox: string, id: string) {
      const record = mailboxes.named(mailbox).events.get(id);
      return record && shown(record, mailboxes.named(mailbox));
    },
    occurrence: (mailbox: string, seriesId: string, original: number) =>
      shownOccurrence(known(mailbox, seriesId), mailboxes.named(mailbox), original),
    add: (mailbox: string, fields: Fields) => mailboxes.insert(mailboxes.named(mailbox), fields).id,
    edit: (mailbox: string, id: string, fields: Fields) =>
      void mailboxes.patch(mailboxes.named(mailbox), known(mailbox, id), fields),
    editOccurrence: (mailbox: string, seriesId: string, original: number, fields: Fields) =>
      void mailboxes.except(mailboxes.named(mailbox), known(mailbox, seriesId), original, fields),
    cancelOccurrence: (mailbox: string, seriesId: string, original: number) =>
      mailboxes.cancelOccurrence(mailboxes.named(mailbox), known(mailbox, seriesId), original),
    remove(mailbox: string, id: string) {
      const record = known(mailbox, id);
      removed.set(id, record);
      mailboxes.delete(mailboxes.named(mailbox), record);
    },
    restore(mailbox: string, id: string) {
      const record = removed.get(id);
      if (!record) throw new Error(`nothing was removed under ${id}`);
      mailboxes.restore(mailboxes.named(mailbox), record);
    },
    kept: () => mailboxes.kept(),
    copies: (mailbox: string) => [...mailboxes.named(mailbox).events.keys()],
    expireLinks(mailbox: string) {
      mailboxes.named(mailbox).generation += 1;
    },
    allow(mailbox: string, isAllowed: boolean) {
      mailboxes.named(mailbox).allowed = isAllowed;
    },
    trust: (secret: string) => void tokens.secrets.add(secret),
    distrust() {
      tokens.secrets.clear();
      tokens.revoke();
    },
  };

  const emulator = await startEmulator({
    title: 'Microsoft Graph emulator',
    clock,
    prefixes: ['/v1.0'],
    failure,
    ...(options.port !== undefined && { port: options.port }),
    ...(options.seed !== undefined && { seed: options.seed }),
    answer: createApi({
      mailboxes,
      tokens,
      switches,
      rateLimits: options.rateLimits ?? true,
      perTenMinutes: options.perTenMinutes ?? CHOICES.perTenMinutes,
      meanwhile: options.meanwhile ?? turnOfTheLoop,
      now: clock.now,
    }),
    controls: createControls(inside),
  });
  return { ...emulator, ...inside, url: `${emulator.origin}/v1.0`, loginUrl: emulator.origin };
}
