/** What a person writes into a calendar. */
export interface Meeting {
  readonly title: string;
  readonly description: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
}

/** What a person reads of an event in a calendar. */
export interface ShownEvent {
  readonly place: string;
  /** As text. */
  readonly description: string;
}

/** A calendar for the stack on this machine, and a person in front of it. */
export interface LocalCalendar {
  readonly title: string;
  readonly address: string;
  /** The entry of the setting `calendarConnections`. */
  readonly connection: { readonly name: string } & Readonly<Record<string, unknown>>;
  readonly credential: string;
  /** @returns what `show` and `remove` call it by */
  add(meeting: Meeting): Promise<string>;
  /** The event as its calendar has it now. */
  show(event: string): Promise<ShownEvent>;
  remove(event: string): Promise<void>;
  close(): Promise<void>;
}

/** The owner of a calendar that starts with the stack. */
export const OWNER = 'ann@example.org';

/** The mark that an event gets its room by. */
export const MARKED = { which: 'marked' } as const;
