import type { Credential } from '../../doctor/credentials.ts';
import type { Finding } from '../../doctor/finding.ts';
import type { ReconcileOptions } from '../../doctor/reconcile.ts';
import type { WriteBackRecord } from '../../functions/connections/write-back/record.ts';
import type { ReconciliationMode } from '../../functions/rooms/model/events.ts';
import type { ShownLinks } from '../../functions/rooms/model/link.ts';
import type { DueRoom, Pool, RoomStore } from '../../functions/rooms/model/ports.ts';
import type { RenewalPolicy } from '../../functions/rooms/model/renewal.ts';
import type { Duration, Instant } from '../../functions/rooms/model/time.ts';
import type { ApplicationEntry } from '../../functions/runtime/environment.ts';
import type { BusEvent } from '../../local/rooms/bus-event.ts';
import type { Rehearsed } from '../../local/rooms/rehearsal.ts';
import type { StackClient } from '../../local/rooms/stack-client.ts';

/** A message in a dead-letter queue. */
export interface DeadLetter {
  /** The name of the queue. */
  readonly queue: string;
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly sentAt: number;
  readonly receiveCount: number;
}

/** Reads rooms. It cannot write: rooms are changed by messages to the requests queue. */
export interface RoomReader extends Pick<RoomStore, 'read' | 'history' | 'scan' | 'listEnd'> {
  /**
   * The rooms of the due index between two times, the longest overdue first. Reads only the index, and only
   * these rooms.
   */
  due(before: Instant, from?: Instant): AsyncIterable<DueRoom>;
}

/** The provider's limits for an account. An absent limit is unknown. */
export interface AccountLimits {
  readonly application: string;
  readonly provider: string;
  /** Living rooms. */
  readonly rooms?: number;
  /** Rooms that can be created per minute. */
  readonly perMinute?: number;
  /** The hosts that its rooms belong to, and how many rooms each creates in a UTC day. */
  readonly hosts?: readonly { readonly name: string; readonly perDay: number }[];
}

/** Formats a command as a person types it for the deployment that is shown. */
export type Hint = (command: string) => string;

/**
 * A deployment of Evergreen Rooms, in AWS or on this machine. The commands know this port, and not which
 * implementation is behind it.
 */
export interface Deployment {
  readonly stack: string;
  /** Five characters that name it in events and metrics. */
  readonly id: string;
  /** Five characters that name it in the tokens of its rooms. */
  readonly mark: string;
  /** The start of every link; absent if links are off. */
  readonly linksUrl?: string;
  readonly applications: readonly ApplicationEntry[];
  /** The accounts at their providers. A call reads their credentials, and needs the permission for that. */
  readonly pool: Pool;
  /** The limits of each account. */
  readonly limits: readonly AccountLimits[];
  /** The rule by which its rooms are renewed. */
  readonly renewal: RenewalPolicy;
  /** The actions of its reconciliation. */
  readonly reconciliation: {
    readonly mode: ReconciliationMode;
    /** The share of lost and orphaned rooms above which a person must confirm. */
    readonly brake: number;
  };
  /** The content of its links table; absent if links are off. */
  readonly links?: ShownLinks;
  /** The most rooms of an application that a run of the planner renews, without rooms about to end. */
  readonly rotationsPerRun: number;
  /** How long a room outlives its meeting in a calendar. */
  readonly calendarGrace: Duration;
  readonly rooms: RoomReader;
  /** Formats a command for this deployment as a person types it. */
  readonly hint: Hint;
  /** The functions that only the stack on this machine has. */
  readonly machine?: StackClient;
  /** The time of its clock. */
  now(): Instant;
  /** Sends a request to its queue. @returns the id of the message */
  request(body: string): Promise<string>;
  /** Puts an event on its bus. @returns the id of the event */
  announce(event: BusEvent): Promise<string>;
  /** Puts a calendar into its bucket. */
  putCalendar(name: string, text: string): Promise<void>;
  /** Returns what a request would do, without doing it. */
  rehearse(body: string): Promise<readonly Rehearsed[]>;
  /** The same for a calendar file in the bucket. */
  rehearseCalendar(name: string, text: string): Promise<readonly Rehearsed[]>;
  /** Returns the messages of its dead-letter queues. The messages stay there. */
  deadLetters(): Promise<readonly DeadLetter[]>;
  /**
   * Sends dead letters back to their queues, where they keep their place among the others.
   *
   * @param what a queue by the kind of its messages, such as `requests`; absent: all
   * @returns how many messages were sent back
   */
  redrive(what?: string): Promise<number>;
  /** The same for the selected dead letters, in all queues that feed a function. */
  redriveSome(wanted: (letter: DeadLetter) => boolean): Promise<number>;
  /** Deletes the selected dead letters. @returns how many */
  discard(wanted: (letter: DeadLetter) => boolean): Promise<number>;
  /** The record of writing a room's link into events. */
  written(key: string): Promise<WriteBackRecord | undefined>;
  /**
   * Starts a comparison of the table with the providers' lists. @returns a text that says what was started
   */
  reconcile(options: ReconcileOptions): Promise<string>;
  /**
   * When the credential of an application was put into its secret. It reads the secret, as the pool does.
   *
   * @throws the error of the SDK, if the secret has no value
   */
  credentialAt(application: string): Promise<Instant | undefined>;
  /** A link that makes its holder the host of a room: a credential. */
  hostLink(key: string): Promise<string>;
  /** @returns a text that says what was done */
  putCredential(credential: Credential): Promise<string>;
  /** Runs the doctor's checks in AWS. @returns findings, and lines for a person */
  examine(): Promise<{ readonly findings: readonly Finding[]; readonly lines: readonly string[] }>;
}
