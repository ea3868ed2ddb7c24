/**
 * Every instant in the domain is a number of milliseconds since the epoch, every length of time a number of
 * milliseconds; adapters speak ISO 8601 where the outside does.
 */

/** Milliseconds since the epoch. */
export type Instant = number;

/** Milliseconds. */
export type Duration = number;

export const SECOND: Duration = 1000;
export const MINUTE: Duration = 60 * SECOND;
export const HOUR: Duration = 60 * MINUTE;
export const DAY: Duration = 24 * HOUR;
