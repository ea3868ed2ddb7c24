import type { Capabilities, RoomProvider } from '../../rooms/model/ports.ts';
import type { FieldMap } from './fields.ts';
import type { ProviderOptions } from './options.ts';

/** The description of a provider: its line in the registry, and its column in the documentation. */
export interface ProviderKind<Entry> {
  /** The provider's name for people. */
  readonly title: string;
  readonly capabilities: Capabilities;
  /** How many rooms an account may hold. Absent: the provider documents no number. */
  readonly roomLimit?: number;
  /** How many rooms each host of an account may create in a UTC day. Absent: rooms belong to no host. */
  readonly roomsADay?: number;
  readonly fields: FieldMap;
  /** The content of its secret, as text for a person: its name, and its full form. */
  readonly credential: { readonly name: string; readonly form: string };
  /**
   * Checks whether a text can be the credential, without a call.
   *
   * @throws UnauthorizedError with the reason, never the text
   */
  readonly checkCredential: (entry: Entry, value: string) => Promise<unknown>;
  /** Asks the provider for faults of an account besides its credential. Absent: there is nothing to ask. */
  readonly examine?: (entry: Entry, options: ProviderOptions) => Promise<readonly Fault[]>;
  /** Creates the adapter for one account. */
  readonly connect: (entry: Entry, options: ProviderOptions) => RoomProvider;
}

/** A fault of an account, and what a person can do. */
export interface Fault {
  readonly found: string;
  readonly remedy: string;
}
