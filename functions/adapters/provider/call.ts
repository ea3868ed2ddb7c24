/** One call to a provider. */
export interface ProviderCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /**
   * The path below the base URL, with `{id}` in place of an id, usually the room's. Metrics are counted by
   * it.
   */
  readonly route: string;
  readonly id?: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a form, where there is no `body`. */
  readonly form?: Readonly<Record<string, string>>;
  /** A page of a list, which may be requested again. @default every GET without an id */
  readonly page?: boolean;
  /** The call is not urgent: it leaves a part of the rate to others, and waits for its turn. */
  readonly background?: boolean;
}
