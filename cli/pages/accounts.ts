import { readRows } from '../../functions/rooms/fleet/read-rows.ts';
import type { ProviderRoom } from '../../functions/rooms/model/ports.ts';
import type { Room } from '../../functions/rooms/model/room.ts';
import { DAY, type Duration, type Instant } from '../../functions/rooms/model/time.ts';
import { isTokenOf } from '../../functions/rooms/model/token.ts';
import { hasEnded, isAlive } from '../../functions/rooms/model/transitions.ts';
import type { AccountLimits, Deployment } from '../deployment/deployment.ts';
import { iso } from './listed-room.ts';

/** An account and its limits, as JSON. */
export interface Account {
  readonly application: string;
  /** Absent if the pool no longer has the account. */
  readonly provider?: string;
  /** Rows whose room lives in it. */
  readonly rooms: number;
  /** Other rooms that end by themselves: of earlier generations, or cancelled. */
  readonly ending: number;
  /** Rooms that are renewed soon. */
  readonly due: number;
  /** The most living rooms that it may have. */
  readonly limit?: number;
  /** The most rooms that a run of the planner renews. */
  readonly perRun?: number;
  /** How many rooms its provider creates per minute. */
  readonly perMinute?: number;
  /** When reconciliation last read its list to the end, and acted on it. */
  readonly listedAt?: string;
  readonly hosts?: readonly HostShare[];
  /** The content of its provider's list. Absent if the list was not read. */
  readonly listed?: ListedRooms;
  /** When its credential was put into its secret. Absent if the secret was not read. */
  readonly credentialAt?: string;
  /** Why its provider's list could not be read. */
  readonly error?: string;
}

/** A host of an account, and its list if that was read. */
export interface HostShare {
  readonly name: string;
  /** How many rooms it creates in a UTC day. */
  readonly perDay: number;
  readonly rooms?: number;
  readonly madeToday?: number;
}

export interface ListedRooms {
  /** Rooms that have not expired. */
  readonly rooms: number;
  /** Those of them that this deployment created. */
  readonly ours: number;
}

export interface AccountsOptions {
  /** How far ahead rooms count as due. */
  readonly ahead: Duration;
  /** Whether the providers' lists are read. */
  readonly ask: boolean;
  /** Called with the number of rows read. */
  readonly told?: (read: number) => void;
}

/**
 * Returns the accounts of a deployment and their limits. Accounts with rooms that are no longer in the pool
 * come last.
 */
export async function accountsOf(deployment: Deployment, options: AccountsOptions): Promise<Account[]> {
  const { limits, rooms } = deployment;
  const living = await livingIn(deployment, options);
  const due = await dueIn(deployment, options.ahead);
  const accounts: Account[] = [];
  for (const account of limits) {
    const { application, provider } = account;
    const { hosts, ...asked } = await listOf(account, deployment, options.ask);
    const end = await rooms.listEnd(application);
    accounts.push({
      application,
      provider,
      ...(living.get(application) ?? NONE),
      due: due.get(application) ?? 0,
      ...limitsOf(account, deployment),
      ...(end && { listedAt: iso(end.seenAt) }),
      ...(hosts && { hosts }),
      ...asked,
    });
  }
  const known = new Set(limits.map(({ application }) => application));
  for (const [application, counts] of living) {
    if (!known.has(application)) accounts.push({ application, ...counts, due: due.get(application) ?? 0 });
  }
  return accounts;
}

type Living = Pick<Account, 'rooms' | 'ending'>;

const NONE: Living = { rooms: 0, ending: 0 };

async function livingIn(
  { rooms, now }: Pick<Deployment, 'rooms' | 'now'>,
  { told }: Pick<AccountsOptions, 'told'>,
): Promise<ReadonlyMap<string, Living>> {
  const found = new Map<string, Living>();
  let read = 0;
  for await (const entries of readRows(rooms)) {
    for (const entry of entries) {
      if (!('revision' in entry)) continue;
      read += 1;
      const { current, ending } = livingOf(entry, now());
      for (const application of current) add(found, application, 'rooms');
      for (const application of ending) add(found, application, 'ending');
    }
    told?.(read);
  }
  return found;
}

/** Returns the places of a row's living rooms. */
export function livingOf({ current, previous, retirees }: Room, now: Instant) {
  const ending = new Map<string, string>();
  if (isAlive(previous, now)) ending.set(previous.id, previous.application);
  for (const retiree of retirees) if (!hasEnded(retiree, now)) ending.set(retiree.id, retiree.application);
  if (current) ending.delete(current.id);
  return { current: isAlive(current, now) ? [current.application] : [], ending: ending.values() };
}

function add(counts: Map<string, Living>, application: string, what: keyof Living): void {
  const before = counts.get(application) ?? NONE;
  counts.set(application, { ...before, [what]: before[what] + 1 });
}

async function dueIn({ rooms, now }: Pick<Deployment, 'rooms' | 'now'>, ahead: Duration) {
  const counts = new Map<string, number>();
  for await (const { application, held } of rooms.due(now() + ahead)) {
    if (!held) counts.set(application, (counts.get(application) ?? 0) + 1);
  }
  return counts;
}

function limitsOf({ rooms: limit, perMinute }: AccountLimits, { rotationsPerRun }: Deployment) {
  return {
    ...(limit !== undefined && { limit }),
    ...(Number.isFinite(rotationsPerRun) && { perRun: rotationsPerRun }),
    ...(perMinute !== undefined && { perMinute }),
  };
}

async function listOf(
  { application, hosts }: AccountLimits,
  deployment: Deployment,
  ask: boolean,
): Promise<Pick<Account, 'hosts' | 'listed' | 'credentialAt' | 'error'>> {
  const { pool, mark, now } = deployment;
  if (!ask) return hosts ? { hosts } : {};
  let put: Pick<Account, 'credentialAt'> = {};
  try {
    // the pool reads the secret too, and its error says what to do
    const at = await deployment.credentialAt(application).catch(() => undefined);
    if (at !== undefined) put = { credentialAt: iso(at) };
    const tally = new ListTally({ mark, now }, hosts ?? []);
    for await (const page of pool.provider(application).list()) {
      for (const room of page) tally.add(room);
    }
    return { ...put, ...(hosts && { hosts: tally.hosts }), listed: tally.listed };
  } catch (error) {
    // a provider's adapter and the SDK throw only instances of Error
    return { ...put, ...(hosts && { hosts }), error: (error as Error).message };
  }
}

/** Counts the rooms of a list without storing them. */
class ListTally {
  readonly #deployment: Pick<Deployment, 'mark' | 'now'>;
  readonly #hosts: ReadonlyMap<string, { rooms: number; madeToday: number } & HostShare>;
  #rooms = 0;
  #ours = 0;

  constructor(deployment: Pick<Deployment, 'mark' | 'now'>, hosts: readonly HostShare[]) {
    this.#deployment = deployment;
    this.#hosts = new Map(hosts.map((host) => [host.name, { ...host, rooms: 0, madeToday: 0 }]));
  }

  get listed(): ListedRooms {
    return { rooms: this.#rooms, ours: this.#ours };
  }

  get hosts(): readonly HostShare[] {
    return [...this.#hosts.values()];
  }

  add({ host = '', createdAt, available, expiresAt, token }: ProviderRoom): void {
    const { mark, now } = this.#deployment;
    const isLiving = available && expiresAt > now();
    const share = this.#hosts.get(host);
    if (share) {
      share.rooms += Number(isLiving);
      share.madeToday += Number(Math.floor(createdAt / DAY) === Math.floor(now() / DAY));
    }
    if (!isLiving) return;
    this.#rooms += 1;
    this.#ours += Number(isTokenOf(mark, token));
  }
}
