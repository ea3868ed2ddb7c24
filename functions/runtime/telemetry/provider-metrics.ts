import type { ObservedCall } from '../../adapters/provider/connection.ts';
import type { ProviderOptions } from '../../adapters/provider/options.ts';
import { countFor } from './metrics.ts';

function countCall({ application, status, milliseconds }: ObservedCall): void {
  countFor(application, {
    ProviderCalls: 1,
    ProviderLatency: milliseconds,
    ...(status === undefined || (status >= 500 && status !== 503) ? { ProviderErrors: 1 } : {}),
    ...(status === 429 || status === 503 ? { ProviderThrottles: 1 } : {}),
    ...(status === 401 ? { ProviderUnauthorized: 1 } : {}),
  });
}

/** Metrics of each provider's calls, credentials and lists. */
export const providerMetrics = {
  onCall: countCall,
  onUnusable: (application) => countFor(application, { CredentialsUnusable: 1 }),
  onSkipped: (application, rooms) => countFor(application, { RoomsUnreadable: rooms }),
} satisfies Partial<ProviderOptions>;
