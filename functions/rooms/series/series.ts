import { retryOnConflict } from '../lifecycle/context.ts';
import type { RoomRequest } from '../model/room.ts';
import type { Duration, Instant } from '../model/time.ts';
import { HOUR } from '../model/time.ts';
import { planSeries } from './plan.ts';
import type { SeriesMemory, SeriesStore, SeriesUpdate } from './update.ts';

export interface SeriesContext {
  readonly series: SeriesStore;
  /** Sends all requests, or fails. */
  readonly serve: (requests: readonly RoomRequest[]) => Promise<void>;
  readonly now: () => Instant;
  /** How long a series that has ended is remembered, so that a late update cannot revive it. */
  readonly retention: Duration;
}

const UNKNOWN: Omit<SeriesMemory, 'key'> = {
  revision: 0,
  at: '',
  cancelled: false,
  floor: '',
  rooms: [],
  waiting: [],
};

/**
 * Applies an update of a series. An update that is older than the known one is ignored. The same set of
 * updates leads to the same rooms in every order. Requests are written to the row before they are sent, so a
 * crash between any two steps is repaired when the same message comes again.
 */
export function followSeries(news: SeriesUpdate, context: SeriesContext): Promise<'followed' | 'outdated'> {
  return retryOnConflict(() => follow(news, context));
}

async function follow(
  news: SeriesUpdate,
  { series, serve, now, retention }: SeriesContext,
): Promise<'followed' | 'outdated'> {
  const known = (await series.read(news.key)) ?? { key: news.key, ...UNKNOWN };
  const whole = news.whole && known.at <= news.whole.at ? news.whole : undefined;
  if (!whole && news.exceptions.length === 0) return 'outdated';
  const plan = planSeries(news, known, whole, now());
  const memory = { ...plan.memory, ...lasting(plan.memory, now() + retention) };
  const begun = await series.write({ ...memory, ...plan.unfinished });
  await serve(plan.requests);
  if (plan.unfinished) await series.write({ ...memory, revision: begun.revision });
  return 'followed';
}

function lasting({ next, rooms }: SeriesMemory, past: Instant): Pick<SeriesMemory, 'forgetAt'> {
  return next ? {} : { forgetAt: Math.max(past, ...rooms.map(({ until }) => until)) };
}

/** How long a requested reading may take before it is requested again. */
const MAX_WAIT: Duration = 6 * HOUR;

/**
 * Sends every series to be read again whose next occurrence has come within the horizon. Reading a series
 * sets the time of its next reading. Until then, or if reading fails, the series is sent again every six
 * hours.
 *
 * @returns how many were sent
 */
export async function lookAgain(
  series: Pick<SeriesStore, 'due' | 'write'>,
  send: (bodies: readonly string[]) => Promise<void>,
  now: () => Instant,
): Promise<number> {
  let sent = 0;
  for await (const page of series.due(now())) {
    const looks = page.flatMap((memory) => (memory.next ? [{ memory, next: memory.next }] : []));
    await send(looks.map(({ next }) => next.body));
    sent += looks.length;
    // a series that was read meanwhile already has its next time
    await Promise.allSettled(
      looks.map(({ memory, next }) => series.write({ ...memory, next: { ...next, at: now() + MAX_WAIT } })),
    );
  }
  return sent;
}
