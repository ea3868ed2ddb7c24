/** The clock of an emulator, which can be turned. It continues to run from the time that it was turned to. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  turnTo(instant: number): void;
  /** @param milliseconds a negative value turns the clock back */
  advance(milliseconds: number): void;
  /** Resets the clock to its source. */
  reset(): void;
  onTurn(listener: () => void): void;
}

/** @param source milliseconds since the epoch; default: the machine's own clock */
export function createClock(source: () => number = () => Date.now()): Clock {
  let shift = 0;
  const listeners: (() => void)[] = [];
  const turn = (newShift: number) => {
    shift = newShift;
    for (const listener of listeners) listener();
  };
  return {
    now: () => source() + shift,
    turnTo: (instant) => turn(instant - source()),
    advance: (milliseconds) => turn(shift + milliseconds),
    reset: () => turn(0),
    onTurn: (listener) => void listeners.push(listener),
  };
}
