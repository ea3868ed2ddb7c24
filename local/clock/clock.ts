import { dateOffset, restoreDate, turnDate } from './turnable-date.ts';

/** The one clock of a stack: the `Date` of this process and of every container. */
export interface Clock {
  now(): number;
  /** Milliseconds ahead of the real time. */
  offset(): number;
  /** Moves the clock forward to this instant. It never goes back: an earlier instant changes nothing. */
  jumpTo(at: number): void;
  /** Calls back with the new offset after each jump. */
  onJump(follow: (offset: number) => void): () => void;
  /** Restores the real time of this process. */
  stop(): void;
}

/** @param offset milliseconds ahead of the real time at the start */
export function startClock(offset = 0): Clock {
  const followers = new Set<(offset: number) => void>();
  let stopped = false;
  turnDate(offset);
  return {
    now: () => Date.now(),
    offset: dateOffset,
    jumpTo(at) {
      const ahead = at - Date.now();
      if (ahead <= 0 || stopped) return;
      turnDate(dateOffset() + ahead);
      for (const follow of followers) follow(dateOffset());
    },
    onJump(follow) {
      followers.add(follow);
      return () => followers.delete(follow);
    },
    stop() {
      stopped = true;
      restoreDate();
    },
  };
}
