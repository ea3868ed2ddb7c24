import { countFor } from './metrics.ts';

/** One call to a provider, as its adapter saw it end. */
export interface ProviderCall {
  readonly application: string;
  /** Absent where no answer came. */
  readonly status?: number;
  readonly milliseconds: number;
}

export function countCall({ application, status, milliseconds }: ProviderCall): void {
  countFor(application, {
    ProviderCalls: 1,
    ProviderLatency: milliseconds,
    ...(status === undefined || (status >= 500 && status !== 503) ? { ProviderErrors: 1 } : {}),
    ...(status === 429 || status === 503 ? { ProviderThrottles: 1 } : {}),
    ...(status === 401 ? { ProviderUnauthorized: 1 } : {}),
  });
}
