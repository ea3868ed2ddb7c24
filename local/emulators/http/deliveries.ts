/** What an emulator told somebody's URL, or why it could not. */
export interface Delivery {
  readonly url: string;
  readonly event: string;
  /** Absent where there was no reply. */
  readonly status?: number;
  readonly error?: string;
}

export interface Parcel {
  readonly url: string;
  readonly event: string;
  /** Sent as it stands. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Milliseconds that a listener has to answer. */
const PATIENCE = 5000;
const KEPT = 10_000;

/**
 * Callbacks on their way out. Only loopback is called unless told otherwise: an example's callback URL may well be
 * somebody's living address.
 */
export class Deliveries {
  readonly log: Delivery[] = [];
  readonly #underway = new Set<Promise<void>>();
  readonly #anywhere: boolean;
  readonly #closing = new AbortController();

  /** @param anywhere also call hosts that are not loopback. Default false */
  constructor({ anywhere = false } = {}) {
    this.#anywhere = anywhere;
  }

  send(parcel: Parcel): void {
    const delivery = this.#send(parcel).then((outcome) => {
      this.#underway.delete(delivery);
      if (this.log.length >= KEPT) this.log.shift();
      this.log.push({ url: parcel.url, event: parcel.event, ...outcome });
    });
    this.#underway.add(delivery);
  }

  /** Resolves once nothing is on its way. */
  async settled(): Promise<void> {
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }

  close(): void {
    this.#closing.abort();
  }

  async #send({ url, body, headers }: Parcel): Promise<{ status?: number; error?: string }> {
    if (!this.#anywhere && !isLoopback(url)) return { error: 'not sent: the host is not loopback' };
    try {
      const reply = await fetch(url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(PATIENCE)]),
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
