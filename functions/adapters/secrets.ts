import type { Duration, Instant } from '../rooms/model/time.ts';
import { MINUTE, SECOND } from '../rooms/model/time.ts';
import type { SecretsManager } from './aws/operations.ts';

/** The versions of a secret while its value is being replaced. */
export type SecretStage = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS';

export interface Secrets {
  /**
   * Returns the value of a version, at most five minutes old; `undefined` if the secret had no such version
   * or value half a minute ago.
   *
   * @param stage default: `AWSCURRENT`
   * @param fresh reads past the cache; parallel calls share one such read
   */
  read(id: string, stage?: SecretStage, fresh?: boolean): Promise<string | undefined>;
}

/** How long a value is used before it is read again. */
const MAX_AGE: Duration = 5 * MINUTE;

/** How long an outdated value is used if Secrets Manager gives no answer, or none if there was none. */
const RETRY_AFTER: Duration = 30 * SECOND;

interface CachedRead {
  readonly value: Promise<string | undefined>;
  readonly goodUntil: Instant;
}

/**
 * Secrets Manager behind a cache that distinguishes the stages of a secret. If a routine read fails, the last
 * value is used, so that an outage of Secrets Manager does not stop the creation of rooms.
 */
export function secretsManager({ client, now }: { client: SecretsManager; now: () => Instant }): Secrets {
  const cached = new Map<string, CachedRead>();
  const reading = new Map<string, Promise<string | undefined>>();

  function fetchOnce(id: string, stage: SecretStage, slot: string): Promise<string | undefined> {
    const underWay = reading.get(slot);
    if (underWay) return underWay;
    const value = fetchValue(client, id, stage).finally(() => reading.delete(slot));
    reading.set(slot, value);
    return value;
  }

  async function read(id: string, stage: SecretStage = 'AWSCURRENT', fresh = false) {
    const slot = `${stage} ${id}`;
    const known = cached.get(slot);
    if (!fresh && known && now() < known.goodUntil) return known.value;
    try {
      const value = await fetchOnce(id, stage, slot);
      // a person who puts a value tries it immediately afterwards
      const age = value === undefined ? RETRY_AFTER : MAX_AGE;
      cached.set(slot, { value: Promise.resolve(value), goodUntil: now() + age });
      return value;
    } catch (error) {
      if (fresh || !known) throw error;
      cached.set(slot, { value: known.value, goodUntil: now() + RETRY_AFTER });
      return known.value;
    }
  }

  return { read };
}

async function fetchValue(client: SecretsManager, id: string, stage: SecretStage) {
  try {
    const { SecretString, SecretBinary } = await client('GetSecretValue', {
      SecretId: id,
      VersionStage: stage,
    });
    return SecretString ?? (SecretBinary && Buffer.from(SecretBinary).toString('utf8'));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** A missing secret and a missing stage give the same error; the reader distinguishes them by the stage. */
function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'ResourceNotFoundException';
}
