import { pool } from '../functions/adapters/pool.ts';
import { roomProvider } from '../functions/adapters/providers.ts';
import { secretsManager } from '../functions/adapters/secrets.ts';
import type { Pool } from '../functions/rooms/model/ports.ts';
import type { Instant } from '../functions/rooms/model/time.ts';
import type { ApplicationEntry } from '../functions/runtime/environment.ts';
import type { Clients } from './clients.ts';

/** The accounts of a deployment, as whoever runs a command reaches them: a call reads the secret with their credentials. */
export function poolOf(
  applications: readonly ApplicationEntry[],
  now: () => Instant,
  { secrets: client }: Pick<Clients, 'secrets'>,
): Pool {
  const secrets = secretsManager({ client, now });
  return pool(applications, (entry) => roomProvider(entry, { now, secrets }));
}
