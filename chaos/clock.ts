import type { LocalRooms } from '../local/rooms/local-rooms.ts';

export const HOUR = 3_600_000;

/** A limit per day can keep messages for this long. A message that still waits then is never served. */
const MOST_DAYS = 14;

const STRIDE = HOUR / 20;

/**
 * Turns the clock in large steps, from one piece of work to the next, and not to the second in which each
 * message comes back. So a campaign of thousands does not wait for them one by one.
 */
export async function letPass(
  { clock, queues, scheduler, quiet }: LocalRooms['stack'],
  time: number,
): Promise<void> {
  const aim = clock.now() + time;
  while (clock.now() < aim) {
    await quiet();
    const wakes = queues.all().map((queue) => queue.contents().wakesAt ?? aim);
    const next = Math.min(...wakes, scheduler.nextFire() ?? aim);
    clock.jumpTo(Math.min(aim, Math.max(next, clock.now() + STRIDE)));
    scheduler.fireDue();
  }
  await quiet();
}

/** Whether a message is in a queue: it waits, for the next day of a limit for example. */
export function anyWaits(stack: LocalRooms['stack']): boolean {
  const aside = new Set(stack.deadLetterQueues().map(({ url }) => url));
  return stack.queues.all().some((queue) => !aside.has(queue.url) && queue.messages().length > 0);
}

/** Lets days pass until no message waits. */
export async function letAllBeServed(stack: LocalRooms['stack']): Promise<void> {
  for (let day = 1; day <= MOST_DAYS && anyWaits(stack); day += 1) await letPass(stack, 24 * HOUR);
}
