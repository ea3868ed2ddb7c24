const HOUR = 3_600_000;
const clocks = new Map<string, Clock>();

/** The clock of a zone, and what it showed at the instants that were asked for: a schedule asks for each day several times. */
interface Clock {
  readonly format: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
}

/** Returns how far the clocks of an IANA zone are ahead of UTC at an instant, in milliseconds. */
export function offset(zone: string, instant: number): number {
  const { format, offsets } = clock(zone);
  const known = offsets.get(instant);
  if (known !== undefined) return known;
  const shown: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(instant)) shown[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = shown;
  const ahead = Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
  offsets.set(instant, ahead);
  return ahead;
}

/**
 * Returns when the clocks of a zone show a local time, which is given as the instant at which clocks in UTC
 * show it. If the clocks show it twice, returns the first time.
 *
 * @returns undefined if the clocks skip it
 */
export function instantOf(zone: string, shown: number): number | undefined {
  const candidates = [offset(zone, shown - 24 * HOUR), offset(zone, shown + 24 * HOUR)]
    .map((ahead) => ({ instant: shown - ahead, ahead }))
    .filter(({ instant, ahead }) => offset(zone, instant) === ahead)
    .map(({ instant }) => instant);
  return candidates.length > 0 ? Math.min(...candidates) : undefined;
}

function clock(zone: string): Clock {
  const known = clocks.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const made = { format, offsets: new Map<number, number>() };
  clocks.set(zone, made);
  return made;
}
