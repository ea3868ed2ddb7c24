import type { Capabilities, RoomProvider } from '../../rooms/model/ports.ts';
import type { FieldMap } from './fields.ts';
import type { ProviderOptions } from './options.ts';

/** All that is to be known of a provider: its line in the registry, and its column in the documentation. */
export interface ProviderKind<Entry> {
  /** As people call it. */
  readonly title: string;
  readonly capabilities: Capabilities;
  /** How many rooms an account may hold. Absent: the provider names no number. */
  readonly roomLimit?: number;
  readonly fields: FieldMap;
  /** One account of it. */
  readonly connect: (entry: Entry, options: ProviderOptions) => RoomProvider;
}
