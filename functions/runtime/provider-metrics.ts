import type { ObservedCall } from '../adapters/provider/connection.ts';
import { countFor } from './metrics.ts';

export function countCall({ application, status, milliseconds }: ObservedCall): void {
  countFor(application, {
    ProviderCalls: 1,
    ProviderLatency: milliseconds,
    ...(status === undefined || (status >= 500 && status !== 503) ? { ProviderErrors: 1 } : {}),
    ...(status === 429 || status === 503 ? { ProviderThrottles: 1 } : {}),
    ...(status === 401 ? { ProviderUnauthorized: 1 } : {}),
  });
}
