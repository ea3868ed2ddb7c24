import type { LogLine } from '../lambda/function.ts';
import { isObject, type Json, type JsonObject } from '../stack/template.ts';
import { moment } from './text.ts';

/**
 * Formats a line of a function's log for a person, without the common fields; undefined if the line has
 * metrics.
 */
export function logLine({ function: name, at, line }: LogLine): string | undefined {
  const when = moment(new Date(at).toISOString());
  const fields = fieldsOf(line);
  if (!fields) return `${when}  ${name}: ${line}`;
  if ('_aws' in fields) return undefined;
  const {
    level,
    message,
    service = name,
    timestamp: _timestamp,
    function_request_id: _request,
    cold_start: _cold,
    ...details
  } = fields;
  return `${when}  ${level}  ${service}: ${message} ${JSON.stringify(details)}`;
}

/** Returns the last log entry about the reading of a feed: its outcome or its error. */
export function readingOf(feed: string, lines: readonly LogLine[]): { outcome?: Json; reason?: Json } {
  const { outcome, error } = lines.map(({ line }) => fieldsOf(line)).findLast(isOf(feed)) ?? {};
  return isObject(error) ? { reason: error.message } : { outcome };
}

/** If the message of a reading was delayed, its log line has the message's key, which is the feed's name. */
const isOf = (feed: string) => (fields: JsonObject | undefined) =>
  fields?.feed === feed || (fields?.service === 'read-calendars' && fields.key === feed);

function fieldsOf(line: string): JsonObject | undefined {
  try {
    const fields: Json = JSON.parse(line);
    return isObject(fields) ? fields : undefined;
  } catch {
    return undefined;
  }
}
