import {
  AmbiguousOutcomeError,
  ProviderContractError,
  ThrottledError,
  UnauthorizedError,
  UnreachableError,
} from '../rooms/model/errors.ts';
import type { RoomProvider } from '../rooms/model/ports.ts';
import type { Duration, Instant } from '../rooms/model/time.ts';
import { MINUTE, SECOND } from '../rooms/model/time.ts';

/** An outage of one operation of one account, as every container knows it. */
export interface Outage {
  readonly since: Instant;
  /** When one call is let through, to see whether the provider answers again. */
  readonly probeAt: Instant;
  /** How long it was until that call. */
  readonly pause: Duration;
}

/** The outages there are, by the name of their circuit. `version` changes with every write. */
export interface Outages {
  readonly version: number;
  readonly open: Readonly<Record<string, Outage>>;
}

/** Where containers share what they know of outages. */
export interface OutageStore {
  read(): Promise<Outages>;
  /** @returns false where another container wrote first */
  replace(outages: Outages): Promise<boolean>;
}

/** Failures in a row that make an outage. Fewer are left to the back-off of each message. */
const FAILURES_OF_AN_OUTAGE = 5;

/** One call is let through after the first of these; after each that fails the pause doubles, up to the second. */
const SHORTEST_PAUSE: Duration = MINUTE;
const LONGEST_PAUSE: Duration = 15 * MINUTE;

/** How old the shared knowledge may be, in a container that knows of an outage. */
const FRESH: Duration = 30 * SECOND;

/** Containers that write at one moment get in each other's way. Whoever did not win after so many tries leaves it to others. */
const TRIES = 5;

/** How many calls of the operation succeeded in a row before one failed. */
const successesBefore = new WeakMap<Error, number>();

/**
 * Stops calling a provider that does not answer. After five failures in a row of an operation, all containers
 * together let one call through in a minute, later in a quarter of an hour, until one succeeds. All other calls fail
 * at once with a `ThrottledError` that is not ambiguous. Each operation of an account has a circuit of its own: an
 * account that makes no rooms may still move the ends of those it has.
 *
 * Without the store (the table may be what is out) each container knows only what it has seen itself.
 */
export function circuits(store: OutageStore, now: () => Instant) {
  const failures = new Map<string, number>();
  const successes = new Map<string, number>();
  let known: Outages = { version: 0, open: {} };
  let readAt: Instant = Number.NEGATIVE_INFINITY;

  async function refresh(): Promise<void> {
    readAt = now();
    known = await store.read().catch(() => known);
  }

  /** Changes the shared knowledge. @returns false where another container was first, whose word is known then */
  async function write(name: string, outage: Outage | undefined): Promise<boolean> {
    const { [name]: _, ...others } = known.open;
    const next = { version: known.version + 1, open: outage ? { ...others, [name]: outage } : others };
    const isOurs = await store.replace(next).catch(() => true);
    if (isOurs) known = next;
    else await refresh();
    return isOurs;
  }

  /** @returns whether the call is the one that is let through during an outage */
  async function admit(name: string): Promise<boolean> {
    if (known.open[name] && now() - readAt >= FRESH) await refresh();
    return takeTurn(name, TRIES);
  }

  async function takeTurn(name: string, tries: number): Promise<boolean> {
    const outage = known.open[name];
    if (!outage) return false;
    const probeAt = tries > 0 ? outage.probeAt : now() + FRESH;
    if (now() < probeAt) throw isOut(name, { ...outage, probeAt }, now());
    // whoever moves the time of the next call makes this one
    return (await write(name, { ...outage, probeAt: now() + outage.pause })) || takeTurn(name, tries - 1);
  }

  async function succeeded(name: string): Promise<void> {
    failures.delete(name);
    successes.set(name, (successes.get(name) ?? 0) + 1);
    // an outage that stays written down is ended by the next call that is let through
    for (let nth = 1; known.open[name] && nth <= TRIES; nth += 1) if (await write(name, undefined)) return;
  }

  async function failed(name: string, error: Error, isProbe: boolean): Promise<void> {
    successesBefore.set(error, successes.get(name) ?? 0);
    successes.delete(name);
    const inARow = (failures.get(name) ?? 0) + 1;
    failures.set(name, inARow);
    const outage = known.open[name];
    if (outage) {
      // calls that were under way when it began say nothing of how long it takes
      if (!isProbe) return;
      const pause = Math.min(2 * outage.pause, LONGEST_PAUSE);
      await write(name, { ...outage, pause, probeAt: now() + pause });
      return;
    }
    // a container pays for no look as long as all is well
    await refresh();
    if (inARow >= FAILURES_OF_AN_OUTAGE && !known.open[name]) {
      await write(name, { since: now(), pause: SHORTEST_PAUSE, probeAt: now() + SHORTEST_PAUSE });
    }
  }

  async function call<T>(name: string, operation: () => Promise<T>): Promise<T> {
    const isProbe = await admit(name);
    try {
      const answer = await operation();
      await succeeded(name);
      return answer;
    } catch (error) {
      if (isOutage(error)) await failed(name, error, isProbe);
      // the provider has answered: what it said is another matter
      else if (!(error instanceof ThrottledError)) await succeeded(name);
      throw error;
    }
  }

  return {
    /** The provider behind circuits. Lists of whole accounts and host links are not held back. */
    protect(application: string, provider: RoomProvider): RoomProvider {
      const name = (operation: string) => `${application} ${operation}`;
      return {
        ...provider,
        create: (order) => call(name('create'), () => provider.create(order)),
        find: (token, since) => call(name('find'), () => provider.find(token, since)),
        get: (id) => call(name('get'), () => provider.get(id)),
        change: (id, change) => call(name('change'), () => provider.change(id, change)),
        retire: (id) => call(name('retire'), () => provider.retire(id)),
        ...(provider.revive && { revive: (id) => call(name('revive'), async () => provider.revive?.(id)) }),
      };
    },
  };
}

/** Whether the provider did not do its part, whatever it was asked for. */
function isOutage(error: unknown): error is Error {
  return (
    error instanceof AmbiguousOutcomeError ||
    error instanceof UnauthorizedError ||
    error instanceof UnreachableError ||
    error instanceof ProviderContractError ||
    (error instanceof ThrottledError && error.ambiguous)
  );
}

function isOut(name: string, { since, probeAt }: Outage, now: Instant): ThrottledError {
  const [application = '', operation = ''] = name.split(' ');
  const iso = (instant: Instant) => new Date(instant).toISOString();
  return new ThrottledError(
    `application ${application} has not answered any "${operation}" since ${iso(since)}: the next call is let through ` +
      `at ${iso(probeAt)}`,
    { retryAfter: probeAt - now, ambiguous: false },
  );
}

/** How many calls like the one that failed had succeeded in a row before it: proof that others are served. */
export function othersServedBefore(error: unknown): number {
  if (!(error instanceof Error)) return 0;
  return successesBefore.get(error) ?? othersServedBefore(error.cause);
}
