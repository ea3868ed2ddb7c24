import type { LocalRooms } from '../local/rooms/local-rooms.ts';

export const HOUR = 3_600_000;

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
