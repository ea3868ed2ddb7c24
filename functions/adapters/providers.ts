import type { RoomProvider } from '../rooms/ports.ts';
import type { MeetingsApiEntry } from './meetings-api/calls.ts';
import { meetingsApi } from './meetings-api/provider.ts';
import type { ProviderOptions } from './provider/options.ts';

/** The providers that an entry of the pool can name: one line for each. */
const PROVIDERS = {
  'meetings-api': meetingsApi,
} as const;

export type ProviderEntry = { readonly provider: 'meetings-api' } & MeetingsApiEntry;

export function roomProvider(entry: ProviderEntry, options: ProviderOptions): RoomProvider {
  const make = PROVIDERS[entry.provider];
  if (make) return make(entry, options);
  throw new TypeError(
    `application ${entry.name} names the provider ${entry.provider}: must be one of ${Object.keys(PROVIDERS).join(', ')}`,
  );
}
