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
  /**
   * A command of a shell that writes an event with the mark. Absent for a server that is not started with the
   * stack: a person has its own pages.
   */
  readonly byHand?: (start: number) => string;
  /**
   * Returns the state from which the calendar can be started again unchanged, as JSON. It contains the credential.
   * Absent for a calendar that stays by itself.
   */
  readonly state?: () => unknown;
  close(): Promise<void>;
}

export interface CalendarParts {
  /** The clock of the stack. */
  readonly now: () => number;
  /** The state of an earlier run. */
  readonly kept?: unknown;
  /** Called after each change of an event: its state can be kept. */
  readonly onChange?: () => void;
}

export type StartCalendar = (parts: CalendarParts) => Promise<LocalCalendar>;

/** The title of the event that a person writes by a command: the mark is in it. */
export const BY_HAND = 'By hand #room';

/** The command for an emulator that takes events of persons. */
export function postedByHand(url: string, event: object): string {
  const { origin } = new URL(url);
  return `curl -s ${origin}/_control/calendars/${OWNER}/events -d '${JSON.stringify(event)}'`;
}

/** The owner of a calendar that starts with the stack. */
export const OWNER = 'ann@example.org';

/** Selects events by a mark in their text. */
export const MARKED = { which: 'marked' } as const;
