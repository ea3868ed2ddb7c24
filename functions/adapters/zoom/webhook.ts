import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import type { RoomNews } from '../../rooms/model/ports.ts';
import { type Duration, type Instant, MINUTE, SECOND } from '../../rooms/model/time.ts';

/** How far the time of a call may be from ours: who has recorded a call cannot send it again after that. */
const WINDOW: Duration = 5 * MINUTE;

/** Of two sources, one has seconds and one has milliseconds: no time of ours is so late in seconds. */
const SURELY_MILLISECONDS = 100_000_000_000;

export interface WebhookCall {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As it came. */
  readonly body: string;
}

/** Whether Zoom has made the call just now, for an app with this secret token. */
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

/** Zoom's names of what we want to hear of; all else that it tells is no concern of ours. */
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

/** What a call of Zoom wants: an answer to its challenge, or that somebody hears the news. */
export type Webhook =
  | { readonly challenge: { readonly plainToken: string; readonly encryptedToken: string } }
  | { readonly news: Pick<RoomNews, 'roomId' | 'news'> | undefined };

/** @throws where the body is none of Zoom's */
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
