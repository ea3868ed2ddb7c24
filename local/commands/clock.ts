import { announcements, columns, moment } from '../story/text.ts';
import { runCommand } from './command.ts';

const USAGE = `npm run clock [-- +7d | +12h | +30m | 2027-01-31T02:00:00Z] [--port N]

Turns the clock of the stack that npm start keeps running forward, stops at every schedule that fires on the way, and
tells what was announced. Without a time it tells what time it is there, and what fires next.`;

/** A long way is gone in steps: no call takes minutes, and the clock stops with the command that turns it. */
const STEP = 30 * 86_400_000;

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

await runCommand(USAGE, { positionals: 1 }, async ({ stack, positionals: [by], say }) => {
  const start = Date.parse((await stack.facts()).now);
  if (by !== undefined) {
    const told = (await stack.announcements()).length;
    const end = aim(by, start);
    for (let at = start; at < end; ) {
      at = Math.min(at + STEP, end);
      await stack.turnTo(at);
    }
    const news = (await stack.announcements()).slice(told);
    for (const line of announcements(news)) say(line);
    if (news.length > 0) say();
  }
  const { now, upcoming } = await stack.facts();
  say(`it is ${moment(now)} UTC; next:`);
  for (const line of columns(upcoming.map(({ at, name }) => [`  ${moment(at)}`, name]))) say(line);
});

/** @throws Error that says how a time is written */
function aim(text: string, now: number): number {
  const [, count, unit] = /^\+(\d+)([mhdw])$/.exec(text) ?? [];
  const at = count ? now + Number(count) * (UNITS[unit as string] as number) : Date.parse(text);
  if (Number.isNaN(at))
    throw new Error(`a time is written +30m, +12h, +7d, +2w or 2027-01-31T02:00:00Z, got ${text}`);
  if (at < now)
    throw new Error(
      `the clock only goes forward: it is ${moment(new Date(now).toISOString())} UTC there, got ${text}`,
    );
  return at;
}
