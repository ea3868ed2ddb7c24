import type { RoomProvider } from '../rooms/model/ports.ts';
import { DAILY } from './daily/provider.ts';
import { MEETINGS_API } from './meetings-api/provider.ts';
import type { ProviderKind } from './provider/kind.ts';
import type { ProviderOptions } from './provider/options.ts';
import { WHEREBY } from './whereby/provider.ts';
import { ZOOM } from './zoom/provider.ts';

/** The providers that an entry of the pool can name, one line for each. */
export const PROVIDERS = {
  'meetings-api': MEETINGS_API,
  daily: DAILY,
  whereby: WHEREBY,
  zoom: ZOOM,
} as const;

type EntryOf<Kind> = Kind extends ProviderKind<infer Entry> ? Entry : never;

/** An entry of the pool: the provider's name, and the settings of its adapter. */
export type ProviderEntry = {
  [Name in keyof typeof PROVIDERS]: { readonly provider: Name } & EntryOf<(typeof PROVIDERS)[Name]>;
}[keyof typeof PROVIDERS];

export function roomProvider(entry: ProviderEntry, options: ProviderOptions): RoomProvider {
  // the type says that an entry fits its provider, but the compiler cannot follow the look-up
  const kind: ProviderKind<never> | undefined = PROVIDERS[entry.provider];
  if (kind) return kind.connect(entry as never, options);
  throw new TypeError(
    `application ${entry.name} names the provider ${entry.provider}: must be one of ${Object.keys(PROVIDERS).join(', ')}`,
  );
}
