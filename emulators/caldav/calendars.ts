import { createHash } from 'node:crypto';
import { CHOICES, type Switches } from './choices.ts';
import { attendeesOf, meaningOf, readObject, rewritten } from './text.ts';

/** A member of a calendar. */
export interface Member {
  readonly name: string;
  readonly text: string;
  readonly etag: string;
  readonly uid: string;
  /** The number of the change that created or last changed it. */
  readonly change: number;
}

/** A mail that a scheduling server would have sent. */
export interface Mail {
  readonly calendar: string;
  readonly event: string;
  readonly to: string;
}

/** The state of a name since a change: the member, or that it is gone. */
export interface Change {
  readonly name: string;
  readonly change: number;
  readonly member?: Member;
}

export interface Page {
  readonly changes: readonly Change[];
  /** The number of the last change on the page. */
  readonly upTo: number;
  readonly isLast: boolean;
}

/** A calendar with which another server can be started, as JSON. */
export interface KeptCalendar {
  readonly path: string;
  readonly changes: number;
  readonly members: readonly Member[];
}

export interface CalendarParts {
  readonly switches: Switches;
  readonly mails: Mail[];
  readonly onChange: () => void;
}

export class CalendarRecord {
  /** The names of its user and its own: `ann/team`. */
  readonly path: string;
  /** Whether all writes are refused. */
  readOnly = false;
  readonly #members = new Map<string, Member>();
  readonly #removed = new Map<string, number>();
  #changes = 0;
  #oldestToken = 0;
  readonly #switches: Switches;
  readonly #mails: Mail[];
  readonly #onChange: () => void;

  constructor(path: string, { switches, mails, onChange }: CalendarParts) {
    this.path = path;
    this.#switches = switches;
    this.#mails = mails;
    this.#onChange = onChange;
  }

  kept(): KeptCalendar {
    return { path: this.path, changes: this.#changes, members: this.members };
  }

  /** Continues a calendar of an earlier server. Its sync tokens are invalid. */
  restore({ changes, members }: KeptCalendar): void {
    for (const member of members) this.#members.set(member.name, member);
    this.#changes = changes;
    this.expireTokens();
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  member(name: string): Member | undefined {
    return this.#members.get(name);
  }

  withUid(uid: string): Member | undefined {
    return this.members.find((member) => member.uid === uid);
  }

  /** @throws Error if the text is not an object that a calendar can store */
  put(name: string, text: string): Member {
    const { calendar, uid } = readObject(text);
    const { rewriting, scheduling } = this.#switches;
    const kept = rewriting === 'none' ? text : rewritten(calendar, rewriting);
    const before = this.#members.get(name);
    if (before?.text === kept) return before;
    if (scheduling !== 'off') this.#mail(name, kept, before?.text);
    this.#changes += 1;
    const member = { name, text: kept, etag: etagOf(kept), uid, change: this.#changes };
    this.#members.set(name, member);
    this.#removed.delete(name);
    this.#onChange();
    return member;
  }

  remove(name: string): void {
    if (!this.#members.delete(name)) return;
    this.#changes += 1;
    this.#removed.set(name, this.#changes);
    this.#onChange();
  }

  /** Makes all sync tokens invalid that were issued so far. */
  expireTokens(): void {
    this.#changes += 1;
    this.#oldestToken = this.#changes;
  }

  token(change: number, now: number): string {
    return `https://caldav.example/sync/${this.path}/${change}/${now}`;
  }

  /** @returns the change of a sync token; undefined if the token is unknown or has expired */
  readToken(token: string, now: number): number | undefined {
    const start = `https://caldav.example/sync/${this.path}/`;
    const [, change, at] =
      /^(\d+)\/(\d+)$/.exec(token.startsWith(start) ? token.slice(start.length) : '') ?? [];
    if (change === undefined || Number(change) < this.#oldestToken || Number(change) > this.#changes)
      return undefined;
    return now - Number(at) > CHOICES.tokenLife ? undefined : Number(change);
  }

  get latestChange(): number {
    return this.#changes;
  }

  /** Returns what has changed since a change; without one, everything. */
  since(change: number | undefined, most = Number.POSITIVE_INFINITY): Page {
    const after = change ?? 0;
    const present = this.members.filter((member) => member.change > after);
    const isRemovedTold = change !== undefined || this.#switches.removedInFull;
    const removed = isRemovedTold ? [...this.#removed].filter(([, at]) => at > after) : [];
    const all: Change[] = [
      ...present.map((member) => ({ name: member.name, change: member.change, member })),
      ...removed.map(([name, at]) => ({ name, change: at })),
    ].sort((a, b) => a.change - b.change);
    const changes = all.slice(0, most);
    const isLast = changes.length === all.length;
    return { changes, isLast, upTo: isLast ? this.#changes : (changes.at(-1)?.change ?? after) };
  }

  #mail(event: string, text: string, before: string | undefined): void {
    const { calendar } = readObject(text);
    const names = this.#switches.scheduling === 'all' ? undefined : CHOICES.significant;
    const old = before === undefined ? undefined : readObject(before).calendar;
    if (names && old && meaningOf(calendar, names) === meaningOf(old, names)) return;
    for (const to of attendeesOf(calendar)) this.#mails.push({ calendar: this.path, event, to });
  }
}

function etagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('hex').slice(0, 32)}"`;
}
