import { RequestRefusedError } from '../rooms/model/errors.ts';

/**
 * The limit, in characters, of all the bodies that one message is split into. The common part of a message is
 * repeated in each body, so a body of 256 KiB could grow to gigabytes. With this limit, a batch of ten
 * messages needs far less than half of the function's 512 MiB.
 */
export const LARGEST_SPLIT = 8 * 1024 * 1024;

/**
 * Returns a body for each part. Stops at the limit.
 *
 * @throws RequestRefusedError
 */
export function bodiesOf<Part>(parts: readonly Part[], write: (part: Part) => unknown): readonly string[] {
  const bodies: string[] = [];
  let length = 0;
  for (const part of parts) {
    const body = JSON.stringify(write(part));
    length += body.length;
    if (length > LARGEST_SPLIT) throw tooLarge(parts.length);
    bodies.push(body);
  }
  return bodies;
}

function tooLarge(parts: number): RequestRefusedError {
  return new RequestRefusedError(
    `detail: its ${parts} events must make at most ${LARGEST_SPLIT} characters as messages of their own, each with what ` +
      'is said for all of them (time zones, calendarId), and make more; send them as several events',
  );
}
