/** A clock that stands still until it is told otherwise. */
export function standingClock(start = Date.parse('2027-03-01T12:00:00.000Z')) {
  let instant = start;
  return {
    now: () => instant,
    pass: (milliseconds: number) => {
      instant += milliseconds;
    },
    in: (milliseconds: number) => new Date(instant + milliseconds).toISOString(),
  };
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
