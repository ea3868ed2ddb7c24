import * as z from 'zod/mini';
import { RequestRefusedError } from '../../rooms/model/errors.ts';
import {
  type Renewal,
  ROOM_ACTIONS,
  type RoomRequest,
  type RoomSettings,
  type RoomSpec,
  type Sequence,
} from '../../rooms/model/room.ts';
import { DAY, type Duration, type Instant } from '../../rooms/model/time.ts';
import { checked, shown } from '../refusal.ts';
import { readDuration } from './duration.ts';
import { actionSchemas, type EnsureBody, type ImportBody, LONGEST_LIFE, SHORTEST_LIFE } from './schema.ts';

/** How a body arrived. */
export interface Posting {
  /** Where the body is, for the fields that a refusal names; empty if it is the whole message. */
  readonly at: string;
  /** The key of a request that names none. */
  readonly derivedKey: string;
  readonly sentAt: Instant;
  readonly sequence: Sequence;
}

/** The life of a room on demand, unless the request names one. */
const LIFE_FROM_KNOCK: Duration = DAY;

const actionSchema = z.looseObject({ action: z.optional(z.enum(ROOM_ACTIONS)) });

/**
 * Converts a request body to a request.
 *
 * @throws RequestRefusedError
 */
export function roomRequest(body: unknown, posting: Posting): RoomRequest {
  const { at, sequence } = posting;
  const { action = 'ensure' } = checked(actionSchema, body, at);
  switch (action) {
    case 'ensure':
      return ensureRequest(checked(actionSchemas.ensure, body, at), posting);
    case 'rotate': {
      const { key, to, revoke, reason } = checked(actionSchemas.rotate, body, at);
      const where = to !== undefined && { to };
      return { key, action, sequence, ...where, ...(revoke && { revoke }), ...because(reason) };
    }
    case 'knock':
      return { key: checked(actionSchemas.knock, body, at).key, action, sequence, knockedAt: posting.sentAt };
    case 'import':
      return importRequest(checked(actionSchemas.import, body, at), posting);
    case 'relink':
      return { key: checked(actionSchemas.relink, body, at).key, action, sequence };
    default: {
      const { key, reason } = checked(actionSchemas[action], body, at);
      return { key, action, sequence, ...because(reason) };
    }
  }
}

const because = (reason: string | undefined) => reason !== undefined && { because: reason };

function ensureRequest(body: EnsureBody, { at, derivedKey, sentAt, sequence }: Posting): RoomRequest {
  const { type, key = derivedKey, action, expires_at, lifetime, renewal, strict, metadata, ...rest } = body;
  const settings: RoomSettings = metadata ? { ...rest, metadata } : rest;
  const field = (name: string) => (at ? `${at}.${name}` : name);
  const life =
    expires_at === undefined
      ? { lifetime: lifetime === undefined ? LIFE_FROM_KNOCK : (readDuration(lifetime) ?? 0) }
      : lifeUntil(expires_at, sentAt, field('expires_at'));
  const spec: RoomSpec = {
    settings,
    ...life,
    renewal: readRenewal(renewal, sentAt, field('renewal.until')),
    ...(strict && { strict }),
  };
  return { key, action: 'ensure', sequence, spec };
}

function importRequest(body: ImportBody, { at, sentAt, sequence }: Posting): RoomRequest {
  const { key, action, application, room: id, lifetime, renewal, metadata, ...rest } = body;
  const field = at ? `${at}.renewal.until` : 'renewal.until';
  return {
    key,
    action,
    sequence,
    imported: {
      place: { application, id },
      settings: metadata ? { ...rest, metadata } : rest,
      ...(lifetime !== undefined && { lifetime: readDuration(lifetime) ?? 0 }),
      ...(renewal && { renewal: readRenewal(renewal, sentAt, field) }),
    },
  };
}

function lifeUntil(text: string, sentAt: Instant, field: string): { lifetime: Duration; expiresAt: Instant } {
  const expiresAt = Date.parse(text);
  const lifetime = expiresAt - sentAt;
  if (lifetime > SHORTEST_LIFE && lifetime <= LONGEST_LIFE) return { lifetime, expiresAt };
  throw new RequestRefusedError(
    `${field}: must be more than 10 minutes and at most 365 days ahead of when it is sent ` +
      `(${new Date(sentAt).toISOString()}), got ${shown(text)}`,
  );
}

function readRenewal(renewal: EnsureBody['renewal'], sentAt: Instant, field: string): Renewal {
  const mode = renewal?.mode ?? 'recreate';
  const explicit = renewal?.mode !== undefined && { explicit: true };
  if (renewal?.until === undefined) return { mode, ...explicit };
  const until = Date.parse(renewal.until);
  if (until <= sentAt) {
    throw new RequestRefusedError(
      `${field}: must be ahead of when it is sent (${new Date(sentAt).toISOString()}), got ${shown(renewal.until)}`,
    );
  }
  return { mode, until, ...explicit };
}
