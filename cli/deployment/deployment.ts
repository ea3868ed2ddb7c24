import type { Credential } from '../../doctor/credentials.ts';
import type { Finding } from '../../doctor/finding.ts';
import type { ReconcileOptions } from '../../doctor/reconcile.ts';
import type { WriteBackRecord } from '../../functions/connections/write-back/record.ts';
import type { ReconciliationMode } from '../../functions/rooms/model/events.ts';
import type { ShownLinks } from '../../functions/rooms/model/link.ts';
import type { DueRoom, Pool, RoomStore } from '../../functions/rooms/model/ports.ts';
import type { RenewalPolicy } from '../../functions/rooms/model/renewal.ts';
import type { Instant } from '../../functions/rooms/model/time.ts';
import type { ApplicationEntry } from '../../functions/runtime/environment.ts';
import type { BusEvent } from '../../local/rooms/bus-event.ts';
import type { Rehearsed } from '../../local/rooms/rehearsal.ts';
import type { StackClient } from '../../local/rooms/stack-client.ts';

/** A message that rests in a dead-letter queue. */
export interface DeadLetter {
  /** The name of the queue in which it rests. */
  readonly queue: string;
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly sentAt: number;
  readonly receiveCount: number;
}

/** Reads rooms. Nothing here writes: what changes a room is a message to the queue of requests. */
export interface RoomReader extends Pick<RoomStore, 'read' | 'history' | 'scan' | 'listEnd'> {
  /** The rooms of the due index between two times, the longest overdue first. Reads the index only, and only them. */
  due(before: Instant, from?: Instant): AsyncIterable<DueRoom>;
}

/** What the provider of an account allows it. What is absent has no limit that is known. */
export interface AccountLimits {
  readonly application: string;
  readonly provider: string;
  /** Living rooms. */
  readonly rooms?: number;
  /** Rooms that are made in a minute. */
  readonly perMinute?: number;
  /** The hosts that its rooms belong to, and how many rooms each makes in a UTC day. */
  readonly hosts?: readonly { readonly name: string; readonly perDay: number }[];
}

/**
 * A deployment of Evergreen Rooms, in AWS or on this machine. The commands know this port, and never which side is
 * behind it.
 */
export interface Deployment {
  readonly stack: string;
  /** Five characters that name it in events and metrics. */
  readonly id: string;
  /** Five characters that name it in the tokens of its rooms. */
  readonly mark: string;
  /** Where the links of keys begin; absent where they are off. */
  readonly linksUrl?: string;
  readonly applications: readonly ApplicationEntry[];
  /** The accounts at their providers. A call reads their credentials, and needs the right to. */
  readonly pool: Pool;
  /** The limits of each of them. */
  readonly limits: readonly AccountLimits[];
  /** The rule by which its rooms are renewed. */
  readonly renewal: RenewalPolicy;
  /** How its reconciliation acts on what it finds. */
  readonly reconciliation: {
    readonly mode: ReconciliationMode;
    /** The share of lost and orphaned rooms above which a person must confirm. */
    readonly brake: number;
  };
  /** What its links table shows; absent where links are off. */
  readonly links?: ShownLinks;
  /** How many rooms of an application a run of the planner renews at most, rooms about to end aside. */
  readonly rotationsPerRun: number;
  readonly rooms: RoomReader;
  /** What only the stack on this machine can do. */
  readonly machine?: StackClient;
  /** The time of its clock. */
  now(): Instant;
  /** Sends a request to its queue. @returns the id of the message */
  request(body: string): Promise<string>;
  /** Puts an event on its bus. @returns the id of the event */
  announce(event: BusEvent): Promise<string>;
  /** Puts a calendar into its bucket. */
  putCalendar(name: string, text: string): Promise<void>;
  /** What a request would do, without doing it. */
  rehearse(body: string): Promise<readonly Rehearsed[]>;
  /** The same for a calendar that is put into the bucket. */
  rehearseCalendar(name: string, text: string): Promise<readonly Rehearsed[]>;
  /** What rests in its dead-letter queues. The messages stay where they are. */
  deadLetters(): Promise<readonly DeadLetter[]>;
  /**
   * Gives dead letters another try, in the place among the others that they had.
   *
   * @param what a queue by what is in it, such as `requests`; absent: all
   * @returns how many messages have another try
   */
  redrive(what?: string): Promise<number>;
  /** The same for the dead letters that are wanted, of all queues that feed a function. */
  redriveSome(wanted: (letter: DeadLetter) => boolean): Promise<number>;
  /** Deletes the dead letters that are wanted. @returns how many */
  discard(wanted: (letter: DeadLetter) => boolean): Promise<number>;
  /** What is remembered of the writing of a room's link into events; undefined where nothing is written. */
  written(key: string): Promise<WriteBackRecord | undefined>;
  /** Starts a comparison of the table with the providers' lists. @returns what was started, in words */
  reconcile(options: ReconcileOptions): Promise<string>;
  /** A link that makes its holder the host of a room: a credential. */
  hostLink(key: string): Promise<string>;
  /** @returns what was done, in words */
  putCredential(credential: Credential): Promise<string>;
  /** Looks at all there is of the deployment in AWS. @returns findings, and how they are told */
  examine(): Promise<{ readonly findings: readonly Finding[]; readonly lines: readonly string[] }>;
}
