import { DAY, HOUR, type Instant, MINUTE } from '../../../rooms/model/time.ts';
import type { LocalTime } from './local-time.ts';
import { WINDOWS_ZONES } from './windows-zones.ts';
import type { WorkBudget } from './work-budget.ts';

/** The clock of a place. */
export interface Zone {
  toWall(instant: Instant): LocalTime;
  /**
   * Returns when the clock shows this local time. If it does so twice (the clock was set back), the first
   * time. If it never does (the clock was set forward), the instant without the change, as RFC 5545 says.
   */
  toInstant(wall: LocalTime): Instant;
}

/** Returns how far a clock is ahead of UTC at an instant, in milliseconds. */
export type OffsetAt = (instant: Instant) => number;

export function zoneOf(offsetAt: OffsetAt): Zone {
  const toWall = (instant: Instant) => instant + offsetAt(instant);
  return {
    toWall,
    toInstant: (wall) => {
      const before = wall - offsetAt(wall - DAY);
      const after = wall - offsetAt(wall + DAY);
      if (before === after) return before;
      return toWall(before) !== wall && toWall(after) === wall ? after : before;
    },
  };
}

export const UTC: Zone = zoneOf(() => 0);

/**
 * Returns the zone of a name: a name of IANA or Windows, one with a vendor's prefix
 * (`/mozilla.org/20050126_1/Europe/Berlin`), or a plain offset (`GMT+0200`).
 *
 * @param steps counts the reads of its clock
 */
export function zoneNamed(name: string, steps: WorkBudget): Zone | undefined {
  const plain = name.trim().replace(/^"(.*)"$/, '$1');
  const windows = WINDOWS.get(plain.toLowerCase());
  if (windows !== undefined) return ianaZone(windows, steps);
  const outlook = OUTLOOK.exec(plain);
  if (outlook) return outlookZone(outlook, steps);
  const [, sign, hours, minutes] = /^(?:UTC|GMT)?([+-])(\d\d?):?(\d\d)?$/.exec(plain) ?? [];
  if (!sign) return ianaZone(plain, steps) ?? suffixZone(plain, steps);
  const offset = (Number(hours) * HOUR + Number(minutes ?? 0) * MINUTE) * (sign === '-' ? -1 : 1);
  return zoneOf(() => offset);
}

const WINDOWS = new Map(Object.entries(WINDOWS_ZONES).map(([name, iana]) => [name.toLowerCase(), iana]));

/** The format of Outlook's zones: `(UTC+01:00) Amsterdam, Berlin, Bern`. */
const OUTLOOK = /^\((?:UTC|GMT)(?:([+-])(\d\d)[:.](\d\d))?\)\s*(.*)$/i;

/**
 * Returns the zone of a city that Outlook's text names, or the Windows zone of that name, if the offset
 * matches. Otherwise it returns a fixed offset. Outlook shows the offset of the winter: in summer the result
 * is an hour late, but never too early.
 */
function outlookZone(
  [, sign, hours = '0', minutes = '0', places = '']: RegExpExecArray,
  steps: WorkBudget,
): Zone {
  const offset = (Number(hours) * HOUR + Number(minutes) * MINUTE) * (sign === '-' ? -1 : 1);
  const names = [places, ...places.split(',')].map((place) => place.trim().toLowerCase());
  const candidates = names.flatMap((name) => [
    WINDOWS.get(`${name.replace(/ \(.*\)$/, '').replace(/ time$/, '')} standard time`),
    cityZones().get(name.replaceAll(/[ .]+/g, '_')),
  ]);
  for (const candidate of candidates) {
    const zone = candidate === undefined ? undefined : ianaZone(candidate, steps);
    if (zone && winterOffset(zone) === offset) return zone;
  }
  return zoneOf(() => offset);
}

/** Returns the smaller of a zone's offsets: in summer the clock is set forward. */
function winterOffset({ toWall }: Zone): number {
  const [january, july] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 6, 1)];
  return Math.min(toWall(january) - january, toWall(july) - july);
}

let cities: ReadonlyMap<string, string> | undefined;

/** Returns IANA's zones by the name of their city. */
function cityZones(): ReadonlyMap<string, string> {
  cities ??= new Map(
    Intl.supportedValuesOf('timeZone').map((name) => [
      name.slice(name.lastIndexOf('/') + 1).toLowerCase(),
      name,
    ]),
  );
  return cities;
}

/** A vendor's prefix may be anything before the name. */
function suffixZone(name: string, steps: WorkBudget): Zone | undefined {
  const parts = name.split('/').slice(-4);
  for (const length of [3, 2]) {
    const zone = parts.length > length && ianaZone(parts.slice(-length).join('/'), steps);
    if (zone) return zone;
  }
  return undefined;
}

/**
 * Creating a format is the slowest step here. There are a few hundred names, and a process uses only some of
 * them.
 */
const formats = new Map<string, Intl.DateTimeFormat>();
const MOST_FORMATS = 600;

function ianaZone(name: string, steps: WorkBudget): Zone | undefined {
  const format = formats.get(name) ?? formatOf(name);
  if (!format) return undefined;
  if (formats.size > MOST_FORMATS) formats.clear();
  formats.set(name, format);
  return zoneOf(offsetBy(format, steps));
}

/** `Intl` also accepts abbreviations that IANA does not have, and reads `BST` as Dhaka. */
const ABBREVIATIONS = /^(?:CET|EET|EST|GMT|HST|MET|MST|PRC|ROC|ROK|UCT|UTC|WET)$/i;

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!/^[A-Za-z]/.test(timeZone)) return undefined;
  if (timeZone.length === 3 && !ABBREVIATIONS.test(timeZone)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
}

/** Reading a clock with `Intl` takes as long as this many other steps. */
const LOOK = 6;

function offsetBy(format: Intl.DateTimeFormat, steps: WorkBudget): OffsetAt {
  return (instant) => {
    steps.take(LOOK);
    const second = Math.floor(instant / 1000) * 1000;
    const parts: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(second)) parts[type] = value;
    const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year);
    const shown = new Date(0);
    shown.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
    shown.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
    return shown.getTime() - second;
  };
}
