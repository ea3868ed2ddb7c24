import { pool } from '../functions/adapters/pool.ts';
import { roomProvider } from '../functions/adapters/providers.ts';
import { secretsManager } from '../functions/adapters/secrets.ts';
import type { Pool } from '../functions/rooms/model/ports.ts';
import type { Instant } from '../functions/rooms/model/time.ts';
import type { ApplicationEntry } from '../functions/runtime/environment.ts';
import type { Clients } from './clients.ts';
import { secretsManagerOf } from './ports.ts';

/**
 * Returns the accounts of a deployment for a person's commands: a call reads the account's secret with the
 * person's AWS credentials.
 */
export function poolOf(
  applications: readonly ApplicationEntry[],
  now: () => Instant,
  { secrets: client }: Pick<Clients, 'secrets'>,
): Pool {
  const secrets = secretsManager({ client: secretsManagerOf(client), now });
  return pool(applications, (entry) => roomProvider(entry, { now, secrets }));
}
