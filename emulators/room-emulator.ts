import type { Emulator } from './http/server.ts';

/** A room as every emulator can show it, so that one harness can count the rooms of all of them. */
export interface InventoryEntry {
  readonly id: string;
  /** The application, domain or organisation that it belongs to. */
  readonly account: string;
  /** The field for a client's own mark: metadata, name, or the room name with its prefix. */
  readonly label: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch; absent if it never ends by itself. */
  readonly expiresAt?: number;
  /** Whether people can enter it now. */
  readonly usable: boolean;
}

export interface Entry {
  readonly roomId: string;
  readonly role: 'host' | 'guest';
}

/** The common interface of the emulators of all providers. */
export interface RoomEmulator extends Emulator {
  /** The base URL for a client. */
  readonly url: string;
  /**
   * Every room that the emulator remembers, including ended ones, the oldest first. Default: of all accounts.
   */
  inventory(account?: string): readonly InventoryEntry[];
  /** The rooms with which another emulator can be started, by its option `rooms`, as JSON. */
  kept(): readonly object[];
  /** Follows a guest's or host's link. @throws Error with the reason if it leads nowhere */
  enter(link: string): Entry;
  /** Applies all that is due by the clock, and resolves once every callback was sent. */
  settle(): Promise<void>;
}
