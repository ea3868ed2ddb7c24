import type { Emulator } from './http/server.ts';

/** A room as every emulator can show it, so that one harness can count the rooms of all of them. */
export interface InventoryEntry {
  readonly id: string;
  /** The application, domain or organisation that it belongs to. */
  readonly account: string;
  /** Where a client puts its own mark: metadata, name, or the room name with its prefix. */
  readonly label: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch; absent where it never ends by itself. */
  readonly expiresAt?: number;
  /** Whether somebody could enter it now. */
  readonly usable: boolean;
}

export interface Entry {
  readonly roomId: string;
  readonly role: 'host' | 'guest';
}

/** What the emulators of all providers have, beside what is their own. */
export interface RoomEmulator extends Emulator {
  /** The base URL for a client. */
  readonly url: string;
  /** Every room the emulator remembers, the oldest first, those that are over too. Default of all accounts. */
  inventory(account?: string): readonly InventoryEntry[];
  /** Follows a guest's or host's link. @throws Error where it leads nowhere, with the reason */
  enter(link: string): Entry;
  /** Does what has become due by the clock, and resolves once every callback is out. */
  settle(): Promise<void>;
}
