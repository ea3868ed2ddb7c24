import type { BusEvent } from './bus-event.ts';

/** The content of a file: a body for the queue, or an event for the bus. */
export type Submission =
  | { readonly way: 'queue'; readonly body: string }
  | { readonly way: 'bus'; readonly event: BusEvent };

const WEEK = 7 * 24 * 3_600_000;

/** The smallest distance of an example's first date from now. */
const AHEAD = 4 * WEEK;

/**
 * Dates of this century, in the forms of JSON bodies and of iCalendar. Its definitions of zones begin in
 * 1970.
 */
const DATES = /\b(20\d\d)-(\d\d)-(\d\d)(?=T|\b)|\b(20\d\d)(\d\d)(\d\d)(?=T\d{6}|\b)/g;

/**
 * Reads a request or an event.
 *
 * @param name the file, for the error
 */
export function readSubmission(text: string, name: string): Submission {
  const content = parse(text, name);
  const { source, 'detail-type': type, detail } = content as Partial<BusEvent>;
  if (typeof type !== 'string' || typeof detail !== 'object') return { way: 'queue', body: text.trim() };
  return { way: 'bus', event: { source: source ?? 'local', 'detail-type': type, detail } };
}

/**
 * Reads a request or an event, an array of them, or one per line.
 *
 * @param name the file, for the error
 */
export function readSubmissions(text: string, name: string): readonly Submission[] {
  const parts = partsOf(text);
  return parts === undefined ? [readSubmission(text, name)] : parts.map((part) => readSubmission(part, name));
}

/** @returns undefined if the text is one request, or cannot be read */
function partsOf(text: string): readonly string[] | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return Array.isArray(content) ? content.map((part) => JSON.stringify(part)) : undefined;
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.length > 1 && lines.every(isObjectLine) ? lines : undefined;
  }
}

function isObjectLine(line: string): boolean {
  try {
    const content: unknown = JSON.parse(line);
    return typeof content === 'object' && content !== null;
  } catch {
    return false;
  }
}

/**
 * Moves the dates of an example by whole weeks. They keep their weekday, their hour and their distance from
 * each other, and the first of them is four weeks ahead.
 */
export function moveAhead(text: string, now: number): string {
  const first = Math.min(...[...text.matchAll(DATES)].map(asInstant));
  const shift = Math.ceil((now + AHEAD - first) / WEEK) * WEEK;
  return text.replace(DATES, (...match) => {
    const moved = new Date(asInstant(match) + shift).toISOString().slice(0, 10);
    return match[1] ? moved : moved.replaceAll('-', '');
  });
}

function asInstant(match: readonly unknown[]): number {
  // the pattern has three groups for each of the two forms
  const [year, month, date] = (match[1] ? match.slice(1, 4) : match.slice(4, 7)) as [string, string, string];
  return Date.UTC(Number(year), Number(month) - 1, Number(date));
}

function parse(text: string, name: string): object {
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content === 'object' && content !== null) return content;
  } catch (cause) {
    throw new Error(`${name} is not JSON: ${(cause as Error).message}; --as-is sends it anyway`, {
      cause,
    });
  }
  throw new Error(
    `${name} must hold a JSON object, got ${text.trim().slice(0, 40)}; --as-is sends it anyway`,
  );
}
