import type { Clock } from './clock.ts';

/** The work that depends on the clock. */
export interface Clockwork {
  readonly clock: Clock;
  /** Whether work is in progress, or can start without waiting for the clock. */
  busy(): boolean;
  /** How many batches of messages have been processed so far. */
  batches(): number;
  /** Whether the stack is being stopped, so that no work continues. */
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
  /**
   * How long the turn continues past its target while queues still hold delayed work, in milliseconds.
   * Default: a day.
   */
  readonly follow?: number;
}

const DAY = 24 * 3_600_000;

/**
 * The limit of stops for messages. Before the target, this many stops are at the exact time of each message;
 * after that, as many in equal steps; the same limit counts past the target. If a fault keeps messages
 * coming, there is always a next one.
 */
const MOST_STOPS = 300;

/** The limit of batches at one instant: messages that immediately create new messages would never end. */
const MOST_BATCHES = 20_000;

/** The interval of the checks whether work is in progress, in real milliseconds. */
const GLANCE = 5;

/**
 * Waits, in real time, until no work is in progress.
 *
 * @returns `false` if work creates new work without an end
 * @throws Error if the stack is being stopped; the reason of `signal` if the caller has gone
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
 * Turns the clock to an instant. Stops at every schedule that fires and at every message that becomes visible
 * before then, and waits for the work. Work that is delayed past the target is followed, so that it ends
 * within the turn. A turn always ends: work that keeps coming back is left in its queue.
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

/**
 * Waits until no work is in progress and no queue holds delayed work. Turns the clock to reach delayed work.
 */
export function settle(clockwork: Clockwork): Promise<void> {
  return turn(clockwork, clockwork.clock.now());
}
