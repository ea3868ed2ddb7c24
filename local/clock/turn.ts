import type { Clock } from './clock.ts';

/** What moves by the clock. */
export interface Clockwork {
  readonly clock: Clock;
  /** Whether something is being worked on, or waits for nothing but a free hand. */
  busy(): boolean;
  /** Whether the stack is being stopped, so that nothing is worked on any more. */
  stopped(): boolean;
  /** When the next hidden or delayed message may be received. */
  nextWake(): number | undefined;
  /** When the next schedule fires. */
  nextFire(): number | undefined;
  fireDue(): void;
}

/** How long past its aim a turn goes on while queues still hold delayed work. */
const LONGEST_SETTLING = 24 * 3_600_000;

/** How often, in real milliseconds, it is looked whether all is quiet. */
const GLANCE = 5;

/**
 * Waits, in real time, until nothing is being worked on.
 *
 * @throws Error once the stack is being stopped
 */
export async function quiet({ busy, stopped }: Pick<Clockwork, 'busy' | 'stopped'>): Promise<void> {
  for (;;) {
    if (stopped()) throw new Error('the stack was stopped before all was done');
    if (!busy()) return;
    await new Promise((glance) => setTimeout(glance, GLANCE));
  }
}

/**
 * Turns the clock to an instant, stopping at every schedule that fires and at every message that becomes visible on
 * the way, and letting each be worked on to its end. Work that is delayed past the aim is followed, so that what a
 * run began is over when the turn is.
 */
export async function turn(clockwork: Clockwork, aim: number): Promise<void> {
  for (;;) {
    await quiet(clockwork);
    const wake = clockwork.nextWake() ?? Number.POSITIVE_INFINITY;
    const fire = clockwork.nextFire() ?? Number.POSITIVE_INFINITY;
    const next = Math.min(wake, fire);
    const followed = wake <= aim + LONGEST_SETTLING;
    if (!(next <= aim || followed)) break;
    clockwork.clock.jumpTo(next);
    clockwork.fireDue();
  }
  clockwork.clock.jumpTo(aim);
}

/** Waits until nothing is being worked on and no queue holds delayed work, turning the clock where only time is missing. */
export function settle(clockwork: Clockwork): Promise<void> {
  return turn(clockwork, clockwork.clock.now());
}
