import { DAY, type Duration, HOUR, MINUTE, SECOND } from '../../rooms/model/time.ts';

const PARTS =
  /^P(?=\d|T\d)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;

/**
 * A year is 365 days and a month 30. So the same body asks for the same life in every month, and a repeated
 * request does not look like a changed one.
 */
const UNITS = [365 * DAY, 30 * DAY, 7 * DAY, DAY, HOUR, MINUTE, SECOND];

/**
 * Reads an ISO 8601 duration in whole numbers, such as `P30D` or `PT12H`; undefined if the text is no such
 * duration.
 */
export function readDuration(text: string): Duration | undefined {
  const parts = PARTS.exec(text)?.slice(1);
  return parts?.reduce((sum, part, index) => sum + Number(part ?? 0) * (UNITS[index] ?? 0), 0);
}
