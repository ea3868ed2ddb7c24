import type { CallLine } from './patterns.ts';

export const FAULT_KINDS = [
  'status',
  'throttle',
  'delay',
  'reset',
  'hang',
  'torn-body',
  'garbled-body',
  'another-room',
] as const;

/**
 * - `status`: an error status instead of the right one.
 * - `throttle`: 429 (or `status`) with `Retry-After`.
 * - `delay`: the call is slow. Its effect happens even if the caller has gone by then.
 * - `reset`: the connection is reset without a reply.
 * - `hang`: no reply ever comes.
 * - `torn-body`: the connection closes in the middle of the body.
 * - `garbled-body`: a complete reply whose JSON is cut in half.
 * - `another-room`: the reply of the previous call of the same kind. If there was none, the right reply.
 */
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly fault: FaultKind;
  /**
   * Whether the call has its effect first. Torn and garbled bodies and another room always come after the
   * effect. Default `before`.
   */
  readonly strikes?: 'before' | 'after' | 'either';
  /** Milliseconds of real time before the call is processed, for any kind. Default 0. */
  readonly delay?: number;
  /** Default 500; for `throttle` 429. */
  readonly status?: number;
  /** Default: the provider's body for that status. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds, for `throttle`. Default 1. */
  readonly retryAfter?: number;
  /** Default `seconds`. */
  readonly retryAfterForm?: 'seconds' | 'date' | 'either';
}

export interface FaultRule extends Fault {
  /** The affected calls: `POST /rooms`, `* /rooms/**`, ... Default: all. */
  readonly on?: string;
  /** A further condition on the call, for tests; not available over the control endpoint. */
  readonly only?: (call: CallLine) => boolean;
  /** How many calls it affects. Default 1, with a `probability` `always`. */
  readonly times?: number | 'always';
  /** How many matching calls it lets pass first. Default 0. */
  readonly skip?: number;
  /** The probability for each matching call, 0 to 1. Default 1. */
  readonly probability?: number;
}

export interface Storm {
  /** The probability of each kind, 0 to 1; their sum at most 1. */
  readonly each: number;
  /** The affected calls. Default: all. */
  readonly on?: string;
  /** Default `STORM`. */
  readonly of?: readonly Fault[];
}

/** The faults of a bad day. */
export const STORM: readonly Fault[] = [
  { fault: 'reset', strikes: 'after' },
  { fault: 'hang', strikes: 'either' },
  { fault: 'status', status: 500, strikes: 'either' },
  { fault: 'throttle', retryAfterForm: 'either' },
  { fault: 'torn-body' },
];

/** A fault that was drawn for one call, with no random values left. */
export interface DrawnFault extends Fault {
  readonly strikes: 'before' | 'after';
  readonly retryAfterForm: 'seconds' | 'date';
}
