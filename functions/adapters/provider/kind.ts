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
  /** How many rooms each host of an account makes in a UTC day. Absent: rooms belong to no host. */
  readonly roomsADay?: number;
  readonly fields: FieldMap;
  /** What its secret holds, in words for a person: its name, and in full. */
  readonly credential: { readonly name: string; readonly form: string };
  /**
   * Whether a text can be the credential, without a call.
   *
   * @throws UnauthorizedError with the reason, never the text
   */
  readonly checkCredential: (entry: Entry, value: string) => Promise<unknown>;
  /** What is wrong with an account, asked of the provider, beside its credential. Absent: there is nothing else to ask. */
  readonly examine?: (entry: Entry, options: ProviderOptions) => Promise<readonly Fault[]>;
  /** One account of it. */
  readonly connect: (entry: Entry, options: ProviderOptions) => RoomProvider;
}

/** What is wrong with an account, and what a person can do. */
export interface Fault {
  readonly found: string;
  readonly remedy: string;
}
