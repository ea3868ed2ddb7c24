import type { Clock } from './clock.ts';

/** What moves by the clock. */
export interface Clockwork {
  readonly clock: Clock;
  /** Whether something is being worked on, or waits for nothing but a free hand. */
  busy(): boolean;
  /** How many batches of messages have been worked on so far. */
  batches(): number;
  /** Whether the stack is being stopped, so that nothing is worked on any more. */
  stopped(): boolean;
  /** When the next hidden or delayed message may be received. */
  nextWake(): number | undefined;
  /** When the next schedule fires. */
  nextFire(): number | undefined;
  fireDue(): void;
}

export interface TurnOptions {
  /** Ends the turn at its next stop. */
  readonly signal?: AbortSignal;
  /** How long past its aim the turn goes on while queues still hold delayed work, in milliseconds. Default: a day. */
  readonly follow?: number;
}

const DAY = 24 * 3_600_000;

/**
 * How often a turn stops for messages before its aim, at the very instant of each; then as often at most, in equal steps;
 * and how often past its aim. Where a fault keeps messages coming there is always a next one.
 */
const MOST_STOPS = 300;

/** How many batches are waited for at one instant: messages that make messages at once would never end. */
const MOST_BATCHES = 20_000;

/** How often, in real milliseconds, it is looked whether all is quiet. */
const GLANCE = 5;

/**
 * Waits, in real time, until nothing is being worked on.
 *
 * @returns whether it is so; `false` where work makes new work without an end
 * @throws Error once the stack is being stopped; the reason of `signal` once nobody waits any more
 */
export async function quiet(
  { batches, busy, stopped }: Pick<Clockwork, 'batches' | 'busy' | 'stopped'>,
  signal?: AbortSignal,
): Promise<boolean> {
  const most = batches() + MOST_BATCHES;
  for (;;) {
    signal?.throwIfAborted();
    if (stopped()) throw new Error('the stack was stopped before all was done');
    if (!busy()) return true;
    if (batches() > most) return false;
    await new Promise((glance) => setTimeout(glance, GLANCE));
  }
}

/**
 * Turns the clock to an instant, stopping at every schedule that fires and at every message that becomes visible on
 * the way, and letting each be worked on to its end. Work that is delayed past the aim is followed, so that what a
 * run began is over when the turn is. A turn ends in any case: work that keeps coming back is left where it is.
 */
export async function turn(
  clockwork: Clockwork,
  aim: number,
  { signal, follow = DAY }: TurnOptions = {},
): Promise<void> {
  const { clock } = clockwork;
  const step = (aim - clock.now()) / MOST_STOPS;
  let [stops, stopsPastAim] = [0, 0];
  while (await quiet(clockwork, signal)) {
    const wake = clockwork.nextWake() ?? Number.POSITIVE_INFINITY;
    const fire = clockwork.nextFire() ?? Number.POSITIVE_INFINITY;
    const followed = wake <= aim + follow && (wake <= aim || stopsPastAim < MOST_STOPS);
    if (!(Math.min(wake, fire) <= aim || followed)) break;
    if (wake > aim) stopsPastAim++;
    else if (wake <= fire) stops++;
    const coarse =
      stops > MOST_STOPS && wake <= aim ? Math.min(Math.max(wake, clock.now() + step), aim) : wake;
    clock.jumpTo(Math.min(coarse, fire));
    clockwork.fireDue();
  }
  clock.jumpTo(aim);
}

/** Waits until nothing is being worked on and no queue holds delayed work, turning the clock where only time is missing. */
export function settle(clockwork: Clockwork): Promise<void> {
  return turn(clockwork, clockwork.clock.now());
}
