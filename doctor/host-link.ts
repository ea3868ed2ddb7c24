import { roomsTable } from '../functions/adapters/tables/rooms-table.ts';
import type { Instant } from '../functions/rooms/model/time.ts';
import type { ApplicationEntry } from '../functions/runtime/environment.ts';
import type { Clients } from './clients.ts';
import { poolOf } from './pool.ts';
import { dynamoDbOf } from './ports.ts';

export interface Whereabouts {
  /** The rooms table. */
  readonly table: string;
  readonly applications: readonly ApplicationEntry[];
  /** @default the clock of this machine */
  readonly now?: () => Instant;
}

/**
 * Returns the link that makes its holder the host of a room, from its provider. It is a credential for the
 * caller only.
 *
 * @throws Error if there is no such room, or it cannot be entered
 */
export async function hostLinkOf(
  key: string,
  { table, applications, now = Date.now }: Whereabouts,
  { dynamoDb, secrets }: Pick<Clients, 'dynamoDb' | 'secrets'>,
): Promise<string> {
  const room = await roomsTable(dynamoDbOf(dynamoDb), { tableName: table }).read(key);
  if (!room) throw new Error(`there is no room ${key}`);
  const { current, state, spec } = room;
  if (!current || current.expiresAt <= now())
    throw new Error(`room ${key} is ${state} and cannot be entered`);
  const provider = poolOf(applications, now, { secrets }).provider(current.application);
  const link = await provider.hostUrl(current.id, spec?.settings);
  if (link) return link;
  throw new Error(`the provider has no room ${current.id} any more: reconciliation opens room ${key} again`);
}

/** @throws Error unless the output is a terminal, or the caller has confirmed with `--yes` */
export function assertMayShow(isTerminal: boolean, yes: boolean): void {
  if (isTerminal || yes) return;
  throw new Error(
    'a host link is a credential that makes its holder the host, so it is only shown in a terminal. Add --yes to print it anyway',
  );
}
