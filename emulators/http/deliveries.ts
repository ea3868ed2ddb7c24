/** A call of the emulator to a client's URL, or why it failed. */
export interface Delivery {
  readonly url: string;
  readonly event: string;
  /** Absent if there was no reply. */
  readonly status?: number;
  readonly error?: string;
}

type Outcome = Pick<Delivery, 'status' | 'error'>;

export interface Parcel {
  readonly url: string;
  readonly event: string;
  /** Sent unchanged. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How often it is sent again after a 5xx. Default 0. */
  readonly retries?: number;
  /** The lowest status after which it is sent again. Default 500. */
  readonly retriedFrom?: number;
}

/** Milliseconds that a listener may take to answer. */
const MAX_WAIT = 5000;
const KEPT = 10_000;

/**
 * Sends callbacks. It calls only loopback by default, because the callback URL of an example may be a real
 * address.
 */
export class Deliveries {
  readonly log: Delivery[] = [];
  readonly #underway = new Set<Promise<Delivery>>();
  readonly #anywhere: boolean;
  readonly #closing = new AbortController();

  /** @param anywhere also call hosts that are not loopback. Default false */
  constructor({ anywhere = false } = {}) {
    this.#anywhere = anywhere;
  }

  /** Resolves with the outcome; never rejects. */
  send(parcel: Parcel): Promise<Delivery> {
    const delivery = this.#attempts(parcel).then((outcome) => {
      this.#underway.delete(delivery);
      if (this.log.length >= KEPT) this.log.shift();
      const told = { url: parcel.url, event: parcel.event, ...outcome };
      this.log.push(told);
      return told;
    });
    this.#underway.add(delivery);
    return delivery;
  }

  /** Resolves once all callbacks were sent. */
  async settled(): Promise<void> {
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }

  close(): void {
    this.#closing.abort();
  }

  async #attempts(parcel: Parcel): Promise<Outcome> {
    let outcome = await this.#send(parcel);
    const { retries = 0, retriedFrom = 500 } = parcel;
    for (let left = retries; left > 0 && (outcome.status ?? 0) >= retriedFrom; left -= 1) {
      outcome = await this.#send(parcel);
    }
    return outcome;
  }

  async #send({ url, body, headers }: Parcel): Promise<Outcome> {
    if (!this.#anywhere && !isLoopback(url)) return { error: 'not sent: the host is not loopback' };
    try {
      const reply = await fetch(url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(MAX_WAIT)]),
        redirect: 'manual',
      });
      await reply.body?.cancel();
      return { status: reply.status };
    } catch (error) {
      return { error: String((error as Error).cause ?? error) };
    }
  }
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
