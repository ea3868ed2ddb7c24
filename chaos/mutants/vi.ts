/** The part of vitest's `vi` that tests use which a mutant is shown to: the date, the environment, spies. */

const RealDate = Date;
let instant = 0;

/** Stands still until it is set. */
class StandingDate extends RealDate {
  constructor(...parts: readonly unknown[]) {
    super(...((parts.length > 0 ? parts : [instant]) as [number]));
  }

  static override now(): number {
    return instant;
  }
}

interface Spy {
  mockImplementation(instead: (...args: never[]) => unknown): Spy;
  mockRestore(): void;
}

export const vi = {
  stubEnv(name: string, value: string): void {
    process.env[name] = value;
  },
  useFakeTimers({ now = RealDate.now() }: { readonly now?: number } = {}): void {
    instant = now;
    // it is called with `new` only
    globalThis.Date = StandingDate as DateConstructor;
  },
  setSystemTime(now: number): void {
    instant = now;
  },
  useRealTimers(): void {
    globalThis.Date = RealDate;
  },
  spyOn<Method extends string>(on: Record<Method, unknown>, method: Method): Spy {
    const real = on[method];
    const spy: Spy = {
      mockImplementation(instead) {
        on[method] = instead;
        return spy;
      },
      mockRestore() {
        on[method] = real;
      },
    };
    return spy;
  },
  async waitFor<T>(assertion: () => T | Promise<T>, { interval = 10, timeout = 60_000 } = {}): Promise<T> {
    const end = performance.now() + timeout;
    for (;;) {
      try {
        return await assertion();
      } catch (error) {
        if (performance.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, interval));
      }
    }
  },
};
