/**
 * Every instant in the domain is a number of milliseconds since the epoch, and every length of time a number
 * of milliseconds. Adapters convert to ISO 8601 at the edges.
 */

/** Milliseconds since the epoch. */
export type Instant = number;

/** Milliseconds. */
export type Duration = number;

export const SECOND: Duration = 1000;
export const MINUTE: Duration = 60 * SECOND;
export const HOUR: Duration = 60 * MINUTE;
export const DAY: Duration = 24 * HOUR;
