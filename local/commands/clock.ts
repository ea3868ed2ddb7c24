import { announcements, columns, deadLetterLines, moment, waitingLines } from '../demo/text.ts';
import type { StackClient } from '../rooms/stack-client.ts';
import { runCommand, WIDE } from './command.ts';

const USAGE = `npm run clock [-- +7d | +12h | +30m | 2027-01-31T02:00:00Z] [--wide] [--port N]

Turns the clock of the stack that npm start keeps running forward, stops at every schedule that fires on the way, and
tells what was announced, what was given up and what is left over. Ctrl-C stops it on its way. Without a time it tells
what time it is there, and what fires next.

  --wide   whole keys and all columns, however narrow the terminal is`;

/** A long way is gone in steps: no call takes minutes. */
const STEP = 30 * 86_400_000;

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** With its zone, since nobody knows of a time without one where it is. */
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** The last that has a year of four digits. */
const LATEST = Date.parse('9999-12-31T23:59:59Z');

const TAKES = { positionals: 1, flags: WIDE, dashed: /^-\d/ } as const;

await runCommand(USAGE, TAKES, async ({ stack, positionals: [by], say, table }) => {
  if (by !== undefined) {
    const end = aim(by, Date.parse((await stack.facts()).now));
    const [told, known] = await Promise.all([stack.announcements(), stack.deadLetters()]);
    const stopped = await turnTo(end, stack);
    const news = (await stack.announcements()).slice(told.length);
    table((width) => announcements(news, width));
    const letters = (await stack.deadLetters()).filter(({ id }) => !known.some((letter) => letter.id === id));
    for (const line of letters.flatMap(deadLetterLines)) say(`given up: ${line.trimStart()}`);
    if (news.length + letters.length > 0) say();
    if (stopped) say('stopped on its way');
  }
  const { now, upcoming, waiting } = await stack.facts();
  for (const line of waitingLines(waiting)) say(line);
  say(`it is ${moment(now)} UTC; next:`);
  for (const line of columns(upcoming.map(({ at, name }) => [`  ${moment(at)}`, name]))) say(line);
});

/** @returns whether a person has stopped it */
async function turnTo(end: number, stack: StackClient): Promise<boolean> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  try {
    for (let at = Date.parse((await stack.facts()).now); at < end; ) {
      at = Math.min(at + STEP, end);
      await stack.turnTo(at, interrupted.signal);
    }
    return false;
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    process.exitCode = 130;
    return true;
  }
}

/** @throws Error that says how a time is written */
function aim(text: string, now: number): number {
  const forward = `the clock only goes forward: it is ${moment(new Date(now).toISOString())} UTC there, got ${text}`;
  if (/^-\d/.test(text)) throw new Error(forward);
  if (/^\+?\d{1,3}$/.test(text)) {
    const count = text.replace('+', '');
    throw new Error(`${text} lacks its unit: write +${count}m, +${count}h, +${count}d or +${count}w`);
  }
  const [, count, unit] = /^\+(\d+)([mhdw])$/.exec(text) ?? [];
  const written = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  const at = count ? now + Number(count) * (UNITS[unit as string] as number) : written;
  if (Number.isNaN(at))
    throw new Error(`a time is written +30m, +12h, +7d, +2w or 2027-01-31T02:00:00Z, got ${text}`);
  if (at < now) throw new Error(forward);
  if (at > LATEST) throw new Error(`the clock goes up to the year 9999, got ${text}`);
  return at;
}
