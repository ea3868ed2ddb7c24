/** One call to a provider. */
export interface ProviderCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** The path below the base URL, with `{id}` where the room's id stands: what metrics are counted by. */
  readonly route: string;
  readonly id?: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Nobody waits for the answer: the call leaves a part of the rate to others, and waits for its turn. */
  readonly background?: boolean;
}
