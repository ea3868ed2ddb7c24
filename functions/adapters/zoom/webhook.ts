import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import type { RoomNews } from '../../rooms/model/ports.ts';
import { type Duration, type Instant, MINUTE, SECOND } from '../../rooms/model/time.ts';

/**
 * The largest difference between a call's time and the local time: after that, a recorded call cannot be sent
 * again.
 */
const WINDOW: Duration = 5 * MINUTE;

/** One source has seconds and another milliseconds: no current time in seconds is as large as this. */
const SURELY_MILLISECONDS = 100_000_000_000;

export interface WebhookCall {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body, unchanged. */
  readonly body: string;
}

/** Whether Zoom has just made the call, for an app with this secret token. */
export function isFromZoom({ headers, body }: WebhookCall, secretToken: string, now: Instant): boolean {
  const timestamp = headers['x-zm-request-timestamp'] ?? '';
  const signature = headers['x-zm-signature'] ?? '';
  if (!/^\d{10,13}$/.test(timestamp)) return false;
  const stated = Number(timestamp);
  const sentAt = stated > SURELY_MILLISECONDS ? stated : stated * SECOND;
  const expected = Buffer.from(`v0=${hash(`v0:${timestamp}:${body}`, secretToken)}`);
  const given = Buffer.from(signature);
  const isSigned = given.length === expected.length && timingSafeEqual(given, expected);
  return isSigned && Math.abs(now - sentAt) <= WINDOW;
}

/** Zoom's names of the events that matter here; all others are ignored. */
const NEWS = {
  'meeting.started': 'meeting-started',
  'meeting.ended': 'meeting-ended',
  'meeting.deleted': 'expired',
  'meeting.permanently_deleted': 'expired',
} as const satisfies Record<string, RoomNews['news']>;

const CHALLENGE = 'endpoint.url_validation';

const webhook = z.object({
  event: z.string(),
  payload: z.object({
    plainToken: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
    /** `single`: one date of a series. */
    operation: z.optional(z.string()),
    object: z.optional(z.object({ id: z.union([z.int(), z.string()]) })),
  }),
});

/** The content of Zoom's call: a challenge to answer, or an event of a meeting. */
export type Webhook =
  | { readonly challenge: { readonly plainToken: string; readonly encryptedToken: string } }
  | { readonly news: Pick<RoomNews, 'roomId' | 'news'> | undefined };

/** @throws if the body does not come from Zoom */
export function readWebhook(body: string, secretToken: string): Webhook {
  const { event, payload } = webhook.parse(JSON.parse(body));
  const { plainToken, operation, object } = payload;
  if (event === CHALLENGE) {
    if (plainToken === undefined) throw new Error('a challenge without its token');
    return { challenge: { plainToken, encryptedToken: hash(plainToken, secretToken) } };
  }
  const news = Object.entries(NEWS).find(([name]) => name === event)?.[1];
  const roomId = String(object?.id ?? '');
  if (news === undefined || operation === 'single') return { news: undefined };
  if (!/^\d{9,12}$/.test(roomId)) throw new Error('news of no meeting');
  return { news: { roomId, news } };
}

function hash(text: string, secretToken: string): string {
  return createHmac('sha256', secretToken).update(text).digest('hex');
}
