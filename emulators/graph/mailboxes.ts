import { createHash } from 'node:crypto';
import type { Random } from '../http/random.ts';
import { CHOICES, type Switches } from './choices.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The differences of one occurrence from its series. */
export interface ExceptionRecord {
  /** Its planned start, in milliseconds since the epoch. */
  readonly original: number;
  fields: Fields;
  change: number;
  modified: number;
}

/** A single event, or a series. */
export interface EventRecord {
  readonly id: string;
  fields: Fields;
  readonly exceptions: Map<number, ExceptionRecord>;
  /** Planned starts that do not take place. */
  readonly cancelled: Set<number>;
  readonly organizer: string;
  /** The same in all copies: `iCalUId`. */
  readonly uid: string;
  readonly created: number;
  modified: number;
  change: number;
}

/** An event as JSON. */
interface KeptEvent extends Omit<EventRecord, 'exceptions' | 'cancelled'> {
  readonly exceptions: readonly ExceptionRecord[];
  readonly cancelled: readonly number[];
}

/** The mailboxes with which another emulator can be started, as JSON. */
export interface KeptMailboxes {
  readonly changes: number;
  readonly mailboxes: readonly {
    readonly address: string;
    readonly generation: number;
    readonly events: readonly KeptEvent[];
  }[];
}

/** A mail that would have been sent. */
export interface Mail {
  readonly mailbox: string;
  readonly eventId: string;
  readonly to: string;
}

export interface Mailbox {
  readonly address: string;
  readonly events: Map<string, EventRecord>;
  /** Whether the app may read and write it. */
  allowed: boolean;
  /** Delta links of an earlier generation are invalid. */
  generation: number;
}

/** Fields that the API sets by itself, or that cannot be changed. */
const OWN = [
  'id',
  'iCalUId',
  'type',
  'organizer',
  'isOrganizer',
  'createdDateTime',
  'lastModifiedDateTime',
  'changeKey',
  'seriesMasterId',
  'onlineMeeting',
  'onlineMeetingUrl',
  '@odata.etag',
  'singleValueExtendedProperties',
];

/** The block that Teams adds to a body. Without it, the event is no longer an online meeting. */
export const TEAMS_BLOCK =
  '<div class="me-email-text" id="x_meet_invite_block">Microsoft Teams meeting</div>';

interface MailboxesParts {
  readonly random: Random;
  readonly now: () => number;
  readonly switches: Switches;
  readonly kept: KeptMailboxes | undefined;
  readonly onChange: () => void;
}

/** Mailboxes, their events, and the copies of events in the mailboxes of guests. */
export class Mailboxes {
  readonly mails: Mail[] = [];
  readonly #all: Map<string, Mailbox>;
  readonly #random: Random;
  readonly #now: () => number;
  readonly #switches: Switches;
  readonly #onChange: () => void;
  #changes = 0;

  constructor(addresses: readonly string[], parts: MailboxesParts) {
    this.#all = new Map(
      addresses.map((address) => [address, { address, events: new Map(), allowed: true, generation: 0 }]),
    );
    this.#random = parts.random;
    this.#now = parts.now;
    this.#switches = parts.switches;
    this.#onChange = parts.onChange;
    if (parts.kept) this.#restore(parts.kept);
  }

  kept(): KeptMailboxes {
    const mailboxes = [...this.#all.values()].map(({ address, generation, events }) => ({
      address,
      generation,
      events: [...events.values()].map((event) => ({
        ...event,
        exceptions: [...event.exceptions.values()],
        cancelled: [...event.cancelled],
      })),
    }));
    return { changes: this.#changes, mailboxes };
  }

  #restore({ changes, mailboxes }: KeptMailboxes): void {
    this.#changes = changes;
    for (const { address, generation, events } of mailboxes) {
      this.named(address).generation = generation + 1;
      for (const event of events) {
        const exceptions = new Map(event.exceptions.map((each) => [each.original, each]));
        const cancelled = new Set(event.cancelled);
        this.named(address).events.set(event.id, { ...event, exceptions, cancelled });
      }
    }
  }

  find(address: string): Mailbox | undefined {
    return this.#all.get(address);
  }

  /** @throws Error if there is no such mailbox */
  named(address: string): Mailbox {
    const mailbox = this.#all.get(address);
    if (mailbox) return mailbox;
    throw new Error(`there is no mailbox ${address}`);
  }

  /** Creates an event of the mailbox, with copies for its guests. */
  insert(mailbox: Mailbox, fields: Fields): EventRecord {
    const id = this.#newId();
    const record: EventRecord = {
      id,
      fields: without(fields, OWN),
      exceptions: new Map(),
      cancelled: new Set(),
      organizer: mailbox.address,
      uid: `04${createHash('sha256').update(id).digest('hex')}`,
      created: this.#now(),
      modified: 0,
      change: 0,
    };
    this.#put(mailbox, record);
    this.#spread(record);
    return record;
  }

  /** Restores a deleted event. */
  restore(mailbox: Mailbox, record: EventRecord): void {
    this.#put(mailbox, record);
    this.#spread(record);
  }

  /** Changes fields for a person or a program. @returns whether anything changed */
  patch(mailbox: Mailbox, record: EventRecord, fields: Fields, isProgram = false): boolean {
    const isCopy = record.organizer !== mailbox.address;
    const properties = fields.singleValueExtendedProperties;
    const changes = without(fields, OWN);
    if (isCopy && isProgram && this.#switches.guestWrites === 'ignore') return false;
    record.fields = withProperties(
      { ...record.fields, ...changes, ...teamsOf(record.fields, changes) },
      properties,
    );
    this.#put(mailbox, record);
    if (isCopy) return true;
    this.#spread(record);
    const isSignificant = Object.keys(changes).some((name) =>
      // to compare a text with the names
      (CHOICES.significant as readonly string[]).includes(name),
    );
    if (isProgram && (isSignificant || this.#switches.mails === 'all')) this.#mail(mailbox, record);
    return true;
  }

  except(mailbox: Mailbox, record: EventRecord, original: number, fields: Fields): ExceptionRecord {
    const known = record.exceptions.get(original);
    const exception = {
      original,
      fields: { ...known?.fields, ...fields },
      // the change of `put`
      change: this.#changes + 1,
      modified: this.#now(),
    };
    record.exceptions.set(original, exception);
    this.#put(mailbox, record);
    return exception;
  }

  cancelOccurrence(mailbox: Mailbox, record: EventRecord, original: number): void {
    record.cancelled.add(original);
    record.exceptions.delete(original);
    this.#put(mailbox, record);
  }

  /** The organizer's deletion cancels the copies; a guest's deletion removes only the guest's copy. */
  delete(mailbox: Mailbox, record: EventRecord): void {
    mailbox.events.delete(record.id);
    this.#onChange();
    if (record.organizer !== mailbox.address) return;
    for (const other of this.#all.values()) {
      const copy = other.events.get(copyId(record.id, other.address));
      if (copy) this.patch(other, copy, { isCancelled: true });
    }
  }

  #put(mailbox: Mailbox, record: EventRecord): void {
    this.#changes += 1;
    record.change = this.#changes;
    record.modified = this.#now();
    mailbox.events.set(record.id, record);
    this.#onChange();
  }

  /** Creates copies for the guests whose mailboxes are here, with ids of their own. */
  #spread(record: EventRecord): void {
    for (const guest of guestsOf(record)) {
      const mailbox = this.#all.get(guest);
      if (!mailbox || guest === record.organizer) continue;
      const id = copyId(record.id, guest);
      const known = mailbox.events.get(id);
      this.#put(mailbox, {
        ...record,
        id,
        fields: { ...known?.fields, ...without(record.fields, ['properties']), isCancelled: false },
        created: known?.created ?? record.created,
      });
    }
  }

  #mail(mailbox: Mailbox, record: EventRecord): void {
    for (const to of guestsOf(record)) {
      if (to !== mailbox.address) this.mails.push({ mailbox: mailbox.address, eventId: record.id, to });
    }
  }

  #newId(): string {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    const made = Array.from({ length: 32 }, () => letters[Math.floor(this.#random() * letters.length)]).join(
      '',
    );
    return `AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A${made}AAA=`;
  }
}

function copyId(id: string, guest: string): string {
  return `${id.slice(0, -5)}${Buffer.from(guest).toString('hex').slice(0, 8)}AAA=`;
}

/** An online meeting whose block was removed from the body is no longer an online meeting. */
function teamsOf({ isOnlineMeeting }: Fields, { body }: Fields): Fields {
  if (isOnlineMeeting !== true || body === undefined) return {};
  const { content } = body as { readonly content?: string };
  return content?.includes(TEAMS_BLOCK) ? {} : { isOnlineMeeting: false, onlineMeeting: null };
}

function withProperties(fields: Fields, properties: unknown): Fields {
  if (!Array.isArray(properties)) return fields;
  // entries of lists are objects here
  const known = Array.isArray(fields.properties) ? (fields.properties as readonly Fields[]) : [];
  const others = known.filter(({ id }) => properties.every((each: Fields) => each.id !== id));
  return { ...fields, properties: [...others, ...properties] };
}

function guestsOf({ fields }: EventRecord): readonly string[] {
  // entries of lists are objects here
  const attendees = Array.isArray(fields.attendees) ? (fields.attendees as readonly Fields[]) : [];
  return attendees.flatMap(
    ({ emailAddress }) => String((emailAddress as Fields | undefined)?.address ?? []) || [],
  );
}

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** Returns the fields of an event that a call may change, without the properties of programs. */
export function writable(fields: Fields): Fields {
  return without(fields, OWN);
}
