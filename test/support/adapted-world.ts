import { ACCOUNTS, type Account, type ProviderName } from '../../chaos/accounts.ts';
import { pool } from '../../functions/adapters/pool.ts';
import { roomProvider } from '../../functions/adapters/providers.ts';
import { secretsManager } from '../../functions/adapters/secrets.ts';
import type { ReconciliationContext } from '../../functions/rooms/fleet/reconcile.ts';
import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import type { Duration } from '../../functions/rooms/model/time.ts';
import { HOUR } from '../../functions/rooms/model/time.ts';
import { secretsEndpoint } from '../adapters/secrets-endpoint.ts';
import { makeWorld, type World } from './world.ts';

/** The domain with a provider's adapter and emulators, one for each account. The tables are in memory. */
export interface AdaptedWorld extends World {
  readonly context: RoomContext & ReconciliationContext;
  readonly accounts: Readonly<Record<string, Account>>;
  close(): Promise<void>;
}

export async function adaptedWorld(
  provider: ProviderName,
  names: readonly string[] = ['first'],
): Promise<AdaptedWorld> {
  const world = makeWorld();
  const { clock, rotations } = world;
  const now = () => clock.now;
  const wait = async (duration: Duration) => {
    clock.now += duration;
  };
  const accounts: Record<string, Account> = {};
  const endpoints: Record<string, Awaited<ReturnType<typeof secretsEndpoint>>> = {};
  for (const name of names) {
    const account = await ACCOUNTS[provider]({ name, now, seed: 1 });
    accounts[name] = account;
    endpoints[name] = await secretsEndpoint(account.credential);
  }
  const entries = Object.values(accounts).map(({ entry }) => entry);
  const accountPool = pool(entries, (entry) => {
    const { client } = endpoints[entry.name] ?? {};
    if (!client) throw new Error(`there is no account ${entry.name}`);
    return roomProvider(entry, { now, wait, secrets: secretsManager({ client, now }) });
  });
  return {
    ...world,
    accounts,
    context: { ...world.context, pool: accountPool, rotations, mode: 'repair', timeLeft: () => HOUR },
    async close() {
      const emulators = Object.values(accounts).map(({ emulator }) => emulator);
      await Promise.all([...emulators, ...Object.values(endpoints)].map((server) => server.close()));
    },
  };
}
