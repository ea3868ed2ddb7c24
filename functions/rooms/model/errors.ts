import type { ErrorCode } from './error-codes.ts';

/**
 * An error is named for what was found. `code` is stable. The message is for a person and names the value,
 * the rule and what to do next. No message contains a host URL, a key or a token.
 */
export abstract class RoomError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The request can never be met. It goes to the dead-letter queue immediately, with the reason. */
export class RequestRefusedError extends RoomError {
  readonly code: ErrorCode = 'request_refused';
}

/** The provider refuses the request for good (400). */
export class ProviderRefusedError extends RequestRefusedError {
  override readonly code: ErrorCode = 'provider_refused';
}

/** Another worker holds the key's claim: try again when its lease is over. */
export class ClaimHeldError extends RoomError {
  readonly code = 'claim_held';
  readonly retryAfter: number;

  /** @param retryAfter milliseconds until the lease is over */
  constructor(key: string, retryAfter: number) {
    super(`room ${key} is being worked on by another worker; trying again when its lease is over`);
    this.retryAfter = retryAfter;
  }
}

/** The lease ran out while the provider was working, and another worker took the key over. */
export class ClaimLostError extends RoomError {
  readonly code = 'claim_lost';
}

/** Another worker wrote the row first: read it again. */
export class RoomChangedError extends RoomError {
  readonly code = 'room_changed';
}

/** The provider does not know the room any more (404). */
export class RoomGoneError extends RoomError {
  readonly code = 'room_gone';
}

/** The application has, or has created today, as many rooms as it may: the next one of the pool is asked. */
export class ApplicationFullError extends RoomError {
  readonly code = 'application_full';
  /** Milliseconds until it creates rooms again, if it says so. */
  readonly retryAfter: number | undefined;

  constructor(message: string, options?: ErrorOptions & { retryAfter?: number }) {
    super(message, options);
    this.retryAfter = options?.retryAfter;
  }
}

/** The key has no room yet, and one is being created: the request waits. */
export class RoomAwaitedError extends RoomError {
  readonly code: ErrorCode = 'room_awaited';
}

/** No request has named the key yet. The message waits a little, since messages may arrive in another order. */
export class UnknownRoomError extends RoomAwaitedError {
  override readonly code = 'unknown_room';
}

/** A row names an application that the deployment no longer has. */
export class UnknownApplicationError extends RoomError {
  readonly code = 'unknown_application';
}

/** Every application of the pool is full: the message is kept. */
export class PoolFullError extends RoomError {
  readonly code = 'pool_full';
  /** Milliseconds until one of them creates rooms again, if one says so. */
  readonly retryAfter: number | undefined;

  constructor(message: string, options?: ErrorOptions & { retryAfter?: number | undefined }) {
    super(message, options);
    this.retryAfter = options?.retryAfter;
  }
}

/** The provider does not accept the credential, and newer versions of it did not help (401). */
export class UnauthorizedError extends RoomError {
  readonly code = 'unauthorized';
}

/** The provider throttles calls (429, 503). */
export class ThrottledError extends RoomError {
  readonly code = 'throttled';
  /** Milliseconds. */
  readonly retryAfter: number;
  /** A 503 may come after the effect; a 429 does not. */
  readonly ambiguous: boolean;

  constructor(message: string, details: { retryAfter: number; ambiguous: boolean }, options?: ErrorOptions) {
    super(message, options);
    this.retryAfter = details.retryAfter;
    this.ambiguous = details.ambiguous;
  }
}

/** The operation has failed for so long that the call was not made. */
export class HeldBackError extends ThrottledError {}

/** A limit per day is used up. The call has another chance on the next day, which is no failure. */
export class DailyLimitError extends ThrottledError {}

/** The call may or may not have had its effect: a time-out, a reset, a 5xx, an unreadable answer. */
export class AmbiguousOutcomeError extends RoomError {
  readonly code = 'ambiguous_outcome';
}

/** No connection to the provider was established, so nothing was sent and nothing happened. */
export class UnreachableError extends RoomError {
  readonly code = 'unreachable';
}

/** A change of a room has been without a clear answer for so long that its caller tries another way. */
export class ChangeGivenUpError extends RoomError {
  readonly code = 'change_given_up';
}

/** The provider's answer breaks its contract. */
export class ProviderContractError extends RoomError {
  readonly code = 'provider_contract';
}

/** The invocation has too little time left to start this piece of work, which is returned untouched. */
export class OutOfTimeError extends RoomError {
  readonly code = 'out_of_time';
}

/** The event bus did not take an announcement, which stays on the row and is sent again. */
export class NotAnnouncedError extends RoomError {
  readonly code = 'not_announced';
}

/** Converts a thrown value to an error: JavaScript code can throw any value. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
