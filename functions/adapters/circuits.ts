import {
  AmbiguousOutcomeError,
  HeldBackError,
  ProviderContractError,
  ThrottledError,
  UnauthorizedError,
  UnreachableError,
} from '../rooms/model/errors.ts';
import type { RoomProvider } from '../rooms/model/ports.ts';
import type { Duration, Instant } from '../rooms/model/time.ts';
import { MINUTE, SECOND } from '../rooms/model/time.ts';

/** An outage of one operation of one account, shared by all containers. */
export interface Outage {
  readonly since: Instant;
  /** When one call is let through, to test whether the provider answers again. */
  readonly probeAt: Instant;
  /** The length of the pause before that call. */
  readonly pause: Duration;
}

/** The current outages, by the name of their circuit. `version` changes with every write. */
export interface Outages {
  readonly version: number;
  readonly open: Readonly<Record<string, Outage>>;
}

/** The store in which containers share outages. */
export interface OutageStore {
  read(): Promise<Outages>;
  /** @returns false if another container wrote first */
  replace(outages: Outages): Promise<boolean>;
}

/**
 * An outage starts after this many failures in a row. Fewer failures are left to the back-off of each
 * message.
 */
const FAILURES_OF_AN_OUTAGE = 5;

/** The first pause before a call is let through. Each failure doubles the pause, up to the second value. */
const SHORTEST_PAUSE: Duration = MINUTE;
const LONGEST_PAUSE: Duration = 15 * MINUTE;

/** How old the shared outages may be in a container that knows of an outage. */
const FRESH: Duration = 30 * SECOND;

/**
 * Containers that write at the same moment conflict. After this many lost attempts a container leaves the
 * write to the others.
 */
const TRIES = 5;

/** How many calls of the operation had succeeded in a row before the failed one. */
const successesBefore = new WeakMap<Error, number>();

/**
 * Stops calls to a provider that does not answer. After five failures in a row of an operation, all
 * containers together let one call through per minute, later one per 15 minutes, until one succeeds. All
 * other calls fail immediately with a `ThrottledError` that is not ambiguous. Each operation of an account
 * has its own circuit: an account that creates no rooms may still move the ends of existing ones.
 *
 * Without the store (the table itself may be out) each container knows only the failures that it has seen.
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

  /** Changes the shared outages. @returns false if another container was first; its outages are then known */
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
    if (now() < probeAt) throw heldBack(name, { ...outage, probeAt }, now());
    // the container that moves the time of the next call makes this call
    return (await write(name, { ...outage, probeAt: now() + outage.pause })) || takeTurn(name, tries - 1);
  }

  async function succeeded(name: string): Promise<void> {
    failures.delete(name);
    successes.set(name, (successes.get(name) ?? 0) + 1);
    // if the outage stays in the store, the next call that is let through removes it
    for (let nth = 1; known.open[name] && nth <= TRIES; nth += 1) if (await write(name, undefined)) return;
  }

  async function failed(name: string, isProbe: boolean): Promise<void> {
    successes.delete(name);
    const inARow = (failures.get(name) ?? 0) + 1;
    failures.set(name, inARow);
    const outage = known.open[name];
    if (outage) {
      // calls that had started before the outage must not make the pause longer
      if (!isProbe) return;
      const pause = Math.min(2 * outage.pause, LONGEST_PAUSE);
      await write(name, { ...outage, pause, probeAt: now() + pause });
      return;
    }
    // while all calls succeed, a container reads nothing
    await refresh();
    if (inARow >= FAILURES_OF_AN_OUTAGE && !known.open[name]) {
      await write(name, { since: now(), pause: SHORTEST_PAUSE, probeAt: now() + SHORTEST_PAUSE });
    }
  }

  async function call<T>(
    name: string,
    operation: () => Promise<T>,
    isOut: (error: unknown) => boolean = isOutage,
  ): Promise<T> {
    const isProbe = await admit(name);
    try {
      const answer = await operation();
      await succeeded(name);
      return answer;
    } catch (error) {
      if (isOutage(error)) successesBefore.set(error, successes.get(name) ?? 0);
      if (isOut(error)) await failed(name, isProbe);
      // the provider has answered, with success or with an error
      else if (!(error instanceof ThrottledError)) await succeeded(name);
      throw error;
    }
  }

  return {
    /** Protects a provider with circuits. Lists of whole accounts and host links are not held back. */
    protect(application: string, provider: RoomProvider): RoomProvider {
      const name = (operation: string) => `${application} ${operation}`;
      return {
        ...provider,
        create: (order) => call(name('create'), () => provider.create(order)),
        find: (token, since) => call(name('find'), () => provider.find(token, since)),
        get: (id) => call(name('get'), () => provider.get(id), isOutageOfLook),
        change: (id, change) => call(name('change'), () => provider.change(id, change)),
        retire: (id) => call(name('retire'), () => provider.retire(id)),
        ...(provider.revive && {
          revive: (id) => call(name('revive'), async () => provider.revive?.(id), isOutageOfRevival),
        }),
      };
    },
  };
}

/** Whether the error is an outage of the provider, independent of the request. */
function isOutage(error: unknown): error is Error {
  return (
    error instanceof AmbiguousOutcomeError ||
    error instanceof UnauthorizedError ||
    error instanceof UnreachableError ||
    error instanceof ProviderContractError ||
    (error instanceof ThrottledError && error.ambiguous)
  );
}

/**
 * A look that shows another room is an answer: the provider may read an id in another way than the person who typed it.
 */
function isOutageOfLook(error: unknown): boolean {
  return isOutage(error) && !(error instanceof ProviderContractError);
}

/**
 * A missing permission to restore rooms is an answer: lost rooms are replaced immediately, and do not wait
 * for a test call.
 */
function isOutageOfRevival(error: unknown): boolean {
  return isOutage(error) && !(error instanceof UnauthorizedError);
}

function heldBack(name: string, { since, probeAt }: Outage, now: Instant): HeldBackError {
  const [application = '', operation = ''] = name.split(' ');
  const iso = (instant: Instant) => new Date(instant).toISOString();
  return new HeldBackError(
    `application ${application} has not answered any "${operation}" since ${iso(since)}: the next call is let through ` +
      `at ${iso(probeAt)}`,
    { retryAfter: probeAt - now, ambiguous: false },
  );
}

/**
 * Returns how many calls of the same kind had succeeded in a row before the failed one: proof that others are
 * served.
 */
export function othersServedBefore(error: unknown): number {
  if (!(error instanceof Error)) return 0;
  return successesBefore.get(error) ?? othersServedBefore(error.cause);
}
