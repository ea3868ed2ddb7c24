/**
 * Wall clocks of IANA time zones. A wall time is written as the milliseconds that a clock in UTC would show it at,
 * so that one library which only knows UTC can reckon for every zone.
 */

const HOUR = 3_600_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** What a clock on the wall of this zone shows at this instant. */
export function wallTime(at: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * When the clock on the wall shows this time: the first of two where the clocks go back over it.
 *
 * @returns undefined where the clocks go forward over it and it is never shown
 */
export function instantOf(wall: number, zone: string): number | undefined {
  const offsets = [wall - 24 * HOUR, wall + 24 * HOUR].map((near) => wallTime(near, zone) - near);
  const candidates = offsets.map((offset) => wall - offset).filter((at) => wallTime(at, zone) === wall);
  return candidates.length > 0 ? Math.min(...candidates) : undefined;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}
