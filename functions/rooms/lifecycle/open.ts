import {
  ApplicationFullError,
  PoolFullError,
  ProviderContractError,
  ProviderRefusedError,
  UnauthorizedError,
} from '../model/errors.ts';
import type { Origin } from '../model/origin.ts';
import type { Capabilities, ProviderRoom } from '../model/ports.ts';
import { renewalWindow } from '../model/renewal.ts';
import type { Announcement, Claim, LiveRoom, Retiree, Room, RoomSpec, Sequence } from '../model/room.ts';
import { isByUse, isKeptPast } from '../model/spec.ts';
import type { Instant } from '../model/time.ts';
import { MINUTE } from '../model/time.ts';
import { roomToken } from '../model/token.ts';
import { failed, givenUp, isAlive, opened, refused } from '../model/transitions.ts';
import { heardSettings, warningsOf } from './callbacks.ts';
import { candidates } from './candidates.ts';
import { type ClaimedRoom, completeClaim, moveClaim, releaseClaim, takeClaim } from './claim.ts';
import type { RoomContext } from './context.ts';
import { flushPending } from './pending.ts';

/** A new generation, as the caller wants it. */
export interface Opening {
  readonly spec: RoomSpec;
  readonly announcement: Announcement;
  readonly sequence?: Sequence;
  readonly origin?: Origin;
  /** Returns the expiry for a provider with these capabilities. */
  readonly expiry: (capabilities: Capabilities) => Instant;
  /** The current room is gone before its time. */
  readonly gone?: boolean;
  /** Rooms that must end once the new one is recorded. */
  readonly ends?: readonly Retiree[];
  /** The application to move to. */
  readonly to?: string;
  /** The applications that may hold it, if they are known. */
  readonly homes?: readonly string[];
}

/**
 * Opens the next generation of a room: claim, create, record, in this order, so that a crash between two
 * steps leaves enough data to continue. The old room is not changed.
 *
 * An application that is full or rejects the credential is skipped. An application that refuses the room may
 * have an undocumented limit, so one more account of the same provider is asked. If that one refuses too, the
 * room is refused.
 *
 * Call `recoverRoom` (`recover.ts`) for the row first: this function does not look into a claim of another
 * worker.
 */
export async function openRoom(room: Room, opening: Opening, context: RoomContext): Promise<Room> {
  const { expiry, to, homes, ...wanted } = opening;
  const applications = homes ?? candidates(room, wanted.spec, context.pool, to);
  const target = (application: string) => {
    const provider = context.pool.provider(application);
    const warnings = warningsOf(wanted.spec, application, context);
    return { application, expiresAt: expiry(provider.capabilities), warnings };
  };
  const [home = '', ...others] = applications;
  const generation = Math.max(room.generation, room.spent ?? 0) + 1;
  let claimed = await takeClaim(room, { ...wanted, purpose: 'open', generation, ...target(home) }, context);
  const passed: Passed[] = [];
  for (const application of [home, ...others]) {
    if (!mayAsk(application, claimed, passed, context)) continue;
    if (application !== home) claimed = await moveClaim(claimed, target(application), context);
    const made = await create(claimed, context);
    if (!(made instanceof Error)) {
      if (passed.some((why) => !(why instanceof ApplicationFullError))) context.notice?.('passed-over');
      return record(withWarnings(claimed, made.warnings), made.live, context);
    }
    passed.push(made);
  }
  return turnAway(claimed, applications, passed, context);
}

/** After a refusal, one more account of the same provider is asked; after a second refusal, none. */
function mayAsk(
  application: string,
  { claim }: ClaimedRoom,
  passed: readonly Passed[],
  { pool }: RoomContext,
): boolean {
  const refusals = passed.filter((why) => why instanceof ProviderRefusedError).length;
  return refusals === 0 || (refusals === 1 && pool.siblings(claim.application).includes(application));
}

/** Returns the error if no application has created the room. */
async function turnAway(
  claimed: ClaimedRoom,
  applications: readonly string[],
  passed: readonly Passed[],
  context: RoomContext,
): Promise<never> {
  const refusal = passed.find((why) => why instanceof ProviderRefusedError);
  if (refusal) return refuse(claimed, refusal, context);
  const full = poolFull(claimed.key, applications, passed, context);
  const failure = passed.find((why) => why instanceof UnauthorizedError) ?? full;
  await releaseClaim(claimed, failure, context);
  throw failure;
}

/** An application that has reached its daily limit says when it creates rooms again. */
function poolFull(
  key: string,
  applications: readonly string[],
  passed: readonly Passed[],
  { now }: RoomContext,
): PoolFullError {
  const waits = passed.flatMap((why) => (why instanceof ApplicationFullError ? (why.retryAfter ?? []) : []));
  const retryAfter = waits.length > 0 ? Math.min(...waits) : undefined;
  const until = retryAfter === undefined ? '' : ` until ${new Date(now() + retryAfter).toISOString()}`;
  return new PoolFullError(
    `all applications that may hold room ${key} are full (${applications.join(', ')}), so it waits in its queue${until}: ` +
      'add an application, or cancel rooms that are not needed',
    { retryAfter },
  );
}

/** Why the next application is asked: this one is full, rejects the credential, or refuses this room. */
type Passed = ApplicationFullError | UnauthorizedError | ProviderRefusedError;

interface MadeRoom {
  readonly live: LiveRoom;
  readonly warnings: readonly string[];
}

async function create(claimed: ClaimedRoom, context: RoomContext): Promise<MadeRoom | Passed> {
  const { application, expiresAt, generation, spec, gone } = claimed.claim;
  const token = roomToken(context.deployment, claimed.key, generation, spec);
  try {
    const settings = await heardSettings(claimed.key, spec.settings, application, context);
    const provider = context.pool.provider(application);
    const byUse = isByUse(spec, provider.capabilities);
    const order = {
      token,
      settings,
      expiresAt,
      ...(byUse && { byUse }),
      ...(gone && { urgent: true }),
    };
    const made = await provider.create(order);
    return { live: asLive(made, application, context.now()), warnings: made.warnings ?? [] };
  } catch (error) {
    if (isPassed(error)) return error;
    if (error instanceof Error) await releaseClaim(claimed, error, context);
    throw error;
  }
}

function isPassed(error: unknown): error is Passed {
  return (
    error instanceof ApplicationFullError ||
    error instanceof UnauthorizedError ||
    error instanceof ProviderRefusedError
  );
}

async function refuse(
  claimed: ClaimedRoom,
  refusal: ProviderRefusedError,
  context: RoomContext,
): Promise<never> {
  const { spec } = claimed.claim;
  const outcome = (ours: Room) => refused(ours, spec, refusal.message, context.now());
  await flushPending(await completeClaim(claimed, outcome, context), context);
  throw refusal;
}

/** Adds warnings to the claim. */
export function withWarnings(claimed: ClaimedRoom, more: readonly string[]): ClaimedRoom {
  const { claim } = claimed;
  return { ...claimed, claim: { ...claim, warnings: [...(claim.warnings ?? []), ...more] } };
}

/** Records a room that was created, or found, under the claim. */
export async function record(claimed: ClaimedRoom, live: LiveRoom, context: RoomContext): Promise<Room> {
  const now = context.now();
  if (isBornDue(claimed.claim, live, context)) return refuseBornDue(claimed, live, context);
  return completeClaim(
    claimed,
    (ours) => opened(ours, claimed.claim, live, context.renewal, now),
    context,
    live,
  );
}

/** @param renewedAt when the room was given its expiry */
export function asLive(found: ProviderRoom, application: string, renewedAt: Instant): LiveRoom {
  const { id, meetingCode, guestUrl, createdAt, expiresAt, byUse } = found;
  return {
    application,
    id,
    meetingCode,
    guestUrl,
    createdAt,
    expiresAt,
    renewedAt,
    ...(byUse && { byUse }),
  };
}

/** A provider's clock and rounding may differ from ours by this much. */
const TOLERANCE = 5 * MINUTE;

/**
 * Whether a new room has already ended, or ends so much too early that it would be renewed immediately, again
 * and again.
 */
function isBornDue(
  asked: Pick<Claim, 'spec' | 'expiresAt'>,
  live: LiveRoom,
  { renewal, now }: RoomContext,
): boolean {
  if (!isAlive(live, now())) return true;
  if (live.expiresAt >= asked.expiresAt - TOLERANCE || !isKeptPast(asked.spec, live.expiresAt)) return false;
  return live.expiresAt - now() <= (renewalWindow(asked.expiresAt - now(), renewal) ?? 0);
}

async function refuseBornDue(claimed: ClaimedRoom, live: LiveRoom, context: RoomContext): Promise<never> {
  const now = context.now();
  const fault = isAlive(live, now) ? 'it would be due for renewal immediately' : 'it has ended already';
  const iso = (instant: Instant) => new Date(instant).toISOString();
  const error = new ProviderContractError(
    `the provider opened room ${claimed.key} until ${iso(live.expiresAt)} where ${iso(claimed.claim.expiresAt)} was ` +
      `asked for: ${fault}, so it is retired; compare the clocks and the account's limits`,
  );
  const outcome = (ours: Room) =>
    givenUp(failed(ours, error, false, now), live, claimed.claim.generation, now);
  await flushPending(await completeClaim(claimed, outcome, context, live), context);
  throw error;
}
