import { createHmac, randomBytes } from 'node:crypto';
import type { Deliveries } from '../http/deliveries.ts';
import { CHOICES, type Switches } from './choices.ts';
import type { MeetingRecord } from './meetings.ts';

export interface WebhookOptions {
  readonly url: string;
  /** The secret that signs events. */
  readonly secretToken: string;
}

/** The only webhook address of an account's app. */
export class Webhooks {
  #hook: WebhookOptions | undefined;
  readonly #deliveries: Deliveries;
  readonly #switches: Switches;

  constructor(hook: WebhookOptions | undefined, deliveries: Deliveries, switches: Switches) {
    this.#hook = hook;
    this.#deliveries = deliveries;
    this.#switches = switches;
  }

  /** From now on, this address is called instead of the previous one. */
  subscribe(hook: WebhookOptions): void {
    this.#hook = hook;
  }

  /** Asks the webhook to prove that it knows the secret. */
  challenge(now: number): void {
    this.#send('endpoint.url_validation', { plainToken: randomBytes(8).toString('base64url') }, now);
  }

  /** Some events have the meeting's id as a number, others as a string. */
  tell(event: string, meeting: MeetingRecord, now: number, more: object = {}): void {
    const inSession = event === 'meeting.started' || event === 'meeting.ended';
    const object = {
      id: inSession ? meeting.id : Number(meeting.id),
      uuid: meeting.uuid,
      host_id: meeting.host.id,
      topic: meeting.topic,
      type: meeting.type,
      timezone: meeting.timezone,
      duration: meeting.duration,
      ...(inSession && { start_time: new Date(meeting.lastStart ?? now).toISOString() }),
      ...(event === 'meeting.ended' && { end_time: new Date(now).toISOString() }),
    };
    this.#send(event, { account_id: meeting.host.account.accountId, object, ...more }, now);
  }

  #send(event: string, payload: object, now: number): void {
    if (!this.#hook) return;
    const { url, secretToken } = this.#hook;
    const body = JSON.stringify({ event, event_ts: now, payload });
    const timestamp = String(this.#switches.webhookTimestamp === 'seconds' ? Math.floor(now / 1000) : now);
    const hash = createHmac('sha256', secretToken).update(`v0:${timestamp}:${body}`).digest('hex');
    const headers = { 'x-zm-request-timestamp': timestamp, 'x-zm-signature': `v0=${hash}` };
    const retriedFrom = this.#switches.webhookRetriesRefusals ? 400 : 500;
    void this.#deliveries.send({ url, event, body, headers, retries: CHOICES.webhookRetries, retriedFrom });
  }
}
