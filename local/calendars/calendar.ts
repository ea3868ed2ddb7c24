/** An event that a person writes into a calendar. */
export interface Meeting {
  readonly title: string;
  readonly description: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
}

/** An event as a person sees it in a calendar. */
export interface ShownEvent {
  readonly place: string;
  /** As text. */
  readonly description: string;
}

/** A calendar for the stack on this machine, and the actions of a person in it. */
export interface LocalCalendar {
  readonly title: string;
  readonly address: string;
  /** The entry of the setting `calendarConnections`. */
  readonly connection: { readonly name: string } & Readonly<Record<string, unknown>>;
  readonly credential: string;
  /** @returns the event's id for `show` and `remove` */
  add(meeting: Meeting): Promise<string>;
  /** Returns the event as its calendar has it now. */
  show(event: string): Promise<ShownEvent>;
  remove(event: string): Promise<void>;
  close(): Promise<void>;
}

/** The owner of a calendar that starts with the stack. */
export const OWNER = 'ann@example.org';

/** Selects events by a mark in their text. */
export const MARKED = { which: 'marked' } as const;
