import type { RoomProvider } from '../model/ports.ts';
import type { RoomSettings, RoomSpec } from '../model/room.ts';
import type { RoomContext } from './context.ts';
import { unsupportedSettings } from './unsupported-settings.ts';

type Listening = Pick<RoomContext, 'callbacks' | 'pool'>;

/**
 * Returns the settings for the provider: the request's settings, and this stack's callback addresses if the
 * caller has none.
 */
export async function heardSettings<Settings extends Partial<RoomSettings>>(
  key: string,
  settings: Settings,
  application: string,
  { callbacks, pool }: Listening,
): Promise<Settings> {
  if (!callbacks || !tells(pool.provider(application))) return settings;
  const address = await callbacks.address(key);
  const ours = { rooms_callback_url: address, sessions_callback_url: address };
  return { ...settings, callback_urls: { ...ours, ...settings.callback_urls } };
}

/**
 * Returns the warnings for the caller: settings that the provider does not have, and callbacks that this
 * stack does not receive.
 */
export function warningsOf(
  spec: RoomSpec,
  application: string,
  { callbacks, pool }: Listening,
): readonly string[] {
  const provider = pool.provider(application);
  return [
    ...unsupportedSettings(spec, provider),
    ...(callbacks && tells(provider) ? unheard(spec.settings) : []),
  ];
}

function tells({ capabilities }: RoomProvider): boolean {
  return capabilities.news === 'by-key';
}

function unheard({ callback_urls: theirs }: RoomSettings): string[] {
  const unheardOf = [
    theirs?.sessions_callback_url && 'a meeting that is going on does not postpone the renewal',
    theirs?.rooms_callback_url && 'a room that ends early is opened again by the next reconciliation only',
  ].filter(Boolean);
  return unheardOf.length === 0
    ? []
    : [`callback_urls: your addresses replace those of this stack, so ${unheardOf.join(', and ')}`];
}
