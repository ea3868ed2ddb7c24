import { announcements, columns, deadLetterLines, moment, waitingLines } from '../../local/demo/text.ts';
import type { StackClient } from '../../local/rooms/stack-client.ts';
import { command } from '../frame/command.ts';
import { CallError, EXIT } from '../frame/errors.ts';
import { sayTable, WIDE } from '../frame/table.ts';
import { machineOf } from './machine.ts';

/** A long turn is split into steps, so that no call takes minutes. */
const STEP = 30 * 86_400_000;

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** A time needs its zone, because the reader's zone is unknown. */
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** The last time with a year of four digits. */
const LATEST = Date.parse('9999-12-31T23:59:59Z');

/** The exit code after Ctrl-C. */
const INTERRUPTED = 130;

export const clock = command({
  name: 'clock',
  summary: 'shows the clock of the stack on this machine, or turns it forward',
  usage: '[+7d | +12h | +30m | 2027-01-31T02:00:00Z]',
  most: 1,
  flags: WIDE,
  reach: 'local',
  dashed: /^-\d/,
  details:
    'The clock stops at every schedule that fires on the way. Then it prints what was announced, what was given up and\n' +
    'what is left over. Ctrl-C stops it. Without a time it prints what time it is there, and what fires next.',
  examples: [
    ['clock', 'what time it is there, and what comes next'],
    ['clock +30d', 'lets a month pass, with every nightly run'],
  ],
  async run({ args: [by], flags, terminal, deployment }) {
    const stack = machineOf(await deployment());
    if (by !== undefined) {
      const end = aim(by, Date.parse((await stack.facts()).now));
      const [told, known] = await Promise.all([stack.announcements(), stack.deadLetters()]);
      const stopped = await turnTo(end, stack);
      const news = (await stack.announcements()).slice(told.length);
      await sayTable(terminal, flags.wide, (width) => announcements(news, width));
      const letters = (await stack.deadLetters()).filter(
        ({ id }) => !known.some((letter) => letter.id === id),
      );
      for (const line of letters.flatMap(deadLetterLines))
        await terminal.say(`given up: ${line.trimStart()}`);
      if (news.length + letters.length > 0) await terminal.say();
      if (stopped) await terminal.say('stopped on its way');
    }
    const { now, upcoming, waiting } = await stack.facts();
    for (const line of waitingLines(waiting)) await terminal.say(line);
    await terminal.say(`it is ${moment(now)} UTC; next:`);
    for (const line of columns(upcoming.map(({ at, name }) => [`  ${moment(at)}`, name])))
      await terminal.say(line);
    return EXIT.done;
  },
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
    process.exitCode = INTERRUPTED;
    return true;
  }
}

/** @throws CallError that explains the format of a time */
function aim(text: string, now: number): number {
  const forward = `the clock only goes forward: it is ${moment(new Date(now).toISOString())} UTC there, got ${text}`;
  if (/^-\d/.test(text)) throw new CallError(forward);
  if (/^\+?\d{1,3}$/.test(text)) {
    const count = text.replace('+', '');
    throw new CallError(`${text} lacks its unit: write +${count}m, +${count}h, +${count}d or +${count}w`);
  }
  const [, count, unit] = /^\+(\d+)([mhdw])$/.exec(text) ?? [];
  const written = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  // the pattern takes only these units
  const at = count ? now + Number(count) * (UNITS[unit as string] as number) : written;
  if (Number.isNaN(at))
    throw new CallError(`a time is written +30m, +12h, +7d, +2w or 2027-01-31T02:00:00Z, got ${text}`);
  if (at < now) throw new CallError(forward);
  if (at > LATEST) throw new CallError(`the clock goes up to the year 9999, got ${text}`);
  return at;
}
