/**
 * Makes this process's `Date` run ahead of the real one by an offset that can be changed. Timers stay real: a
 * changed date makes no wait longer or shorter. The offset is stored on the real `Date`, so that a process
 * that loads this module twice still has one clock.
 */

const OFFSET = Symbol.for('evergreen-rooms.clock-offset');

type TurnableDate = DateConstructor & { [OFFSET]?: { milliseconds: number; real: DateConstructor } };

/** Sets the date of this process to `offset` milliseconds ahead of the real one. */
export function turnDate(offset: number): void {
  const installed = (globalThis.Date as TurnableDate)[OFFSET];
  if (installed) installed.milliseconds = offset;
  else globalThis.Date = turnableDate(globalThis.Date, offset);
}

/** Restores the real `Date` of the process. */
export function restoreDate(): void {
  const installed = (globalThis.Date as TurnableDate)[OFFSET];
  if (installed) globalThis.Date = installed.real;
}

/** Returns how far this process's date is ahead of the real one, in milliseconds. */
export function dateOffset(): number {
  return (globalThis.Date as TurnableDate)[OFFSET]?.milliseconds ?? 0;
}

function turnableDate(real: DateConstructor, milliseconds: number): DateConstructor {
  const turned = { milliseconds, real };
  const now = () => real.now() + turned.milliseconds;
  return new Proxy(real, {
    // only `new Date()` without arguments reads the time
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new real(now()).toString(),
    get: (target, property, receiver) => {
      if (property === 'now') return now;
      if (property === OFFSET) return turned;
      return Reflect.get(target, property, receiver);
    },
  });
}
