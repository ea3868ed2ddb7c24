import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Deliveries } from '../http/deliveries.ts';
import { CHOICES } from './choices.ts';
import { invalidRequest } from './errors.ts';

interface Webhook {
  readonly uuid: string;
  readonly url: string;
  /** Base64 of the secret that signs events. */
  readonly hmac: string;
  readonly basicAuth: string | null;
  readonly retryType: string;
  readonly eventTypes: readonly string[];
  state: 'ACTIVE' | 'FAILED';
  failedCount: number;
}

/** The webhooks of one domain, with the circuit breaker that opens after too many failures in a row. */
export class Webhooks {
  readonly #hooks: Webhook[] = [];
  readonly #deliveries: Deliveries;

  constructor(deliveries: Deliveries) {
    this.#deliveries = deliveries;
  }

  get all(): readonly Webhook[] {
    return this.#hooks;
  }

  /** @throws Refusal */
  add(order: unknown): Webhook {
    const { url, ...rest } = (order ?? {}) as Partial<Webhook>;
    if (typeof url !== 'string' || !URL.canParse(url))
      throw invalidRequest(`url was '${url}' but should be a URL`);
    const hook: Webhook = {
      uuid: randomUUID(),
      url,
      hmac: rest.hmac ?? randomBytes(32).toString('base64'),
      basicAuth: rest.basicAuth ?? null,
      retryType: rest.retryType ?? 'circuit-breaker',
      eventTypes: rest.eventTypes ?? CHOICES.eventTypes,
      state: 'ACTIVE',
      failedCount: 0,
    };
    this.#hooks.push(hook);
    return hook;
  }

  /** @param now milliseconds since the epoch */
  tell(type: string, payload: object, now: number): void {
    const body = JSON.stringify({ version: '1.0.0', type, id: randomUUID(), payload, event_ts: now / 1000 });
    for (const hook of this.#hooks) {
      if (hook.state === 'ACTIVE' && hook.eventTypes.includes(type)) void this.#send(hook, type, body, now);
    }
  }

  async #send(hook: Webhook, event: string, body: string, now: number): Promise<void> {
    const timestamp = String(Math.floor(now / 1000));
    const secret = Buffer.from(hook.hmac, 'base64');
    const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('base64');
    const { status = 0 } = await this.#deliveries.send({
      url: hook.url,
      event,
      body,
      headers: {
        'x-webhook-signature': signature,
        'x-webhook-timestamp': timestamp,
        ...(hook.basicAuth && { authorization: `Basic ${hook.basicAuth}` }),
      },
    });
    hook.failedCount = status >= 200 && status < 300 ? 0 : hook.failedCount + 1;
    if (hook.retryType === 'circuit-breaker' && hook.failedCount >= CHOICES.webhookFailures)
      hook.state = 'FAILED';
  }
}
