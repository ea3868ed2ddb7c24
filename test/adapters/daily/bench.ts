import { type Daily, type DailyOptions, startDaily } from '../../../emulators/daily/daily.ts';
import { daily } from '../../../functions/adapters/daily/provider.ts';
import type { ObservedCall } from '../../../functions/adapters/provider/connection.ts';
import { secretsManager } from '../../../functions/adapters/secrets.ts';
import { SECOND } from '../../../functions/rooms/model/time.ts';
import { PATIENT } from '../../support/time-outs.ts';
import type { ProviderBench } from '../provider-contract.ts';
import { secretsEndpoint } from '../secrets-endpoint.ts';

export const KEYS = ['a1b2c3d4'.repeat(8), '9f8e7d6c'.repeat(8)];

/** What the limits allow at once. */
const BATCH = 90;

export interface DailyBench extends ProviderBench {
  readonly emulator: Daily;
  readonly observed: ObservedCall[];
  /** How long the adapter has waited for its turns. */
  waited(): number;
}

export async function startDailyBench(options: Partial<DailyOptions> = {}): Promise<DailyBench> {
  let instant = Date.UTC(2030, 0, 1, 12);
  let keys = KEYS;
  let waited = 0;
  let unusable = 0;
  let skipped = 0;
  const now = () => instant;
  const observed: ObservedCall[] = [];
  const secrets = await secretsEndpoint(KEYS[0]);
  const emulator = await startDaily({
    domains: [{ domainName: 'team', apiKeys: KEYS.slice(0, 1) }],
    now,
    ...options,
  });
  const another = () =>
    daily(
      { name: 'main', secret: 'evergreen-rooms/main', baseUrl: emulator.url },
      {
        now,
        secrets: secretsManager({ client: secrets.client, now }),
        timeout: PATIENT,
        onUnusable: () => {
          unusable += 1;
        },
        onSkipped: (_, rooms) => {
          skipped += rooms;
        },
        onCall: (call) => observed.push(call),
        wait: async (duration) => {
          waited += duration;
          instant += duration;
        },
      },
    );
  return {
    emulator,
    contract: 'daily',
    mayBeEmpty: ['data', 'total_count', 'config'],
    observed,
    now,
    another,
    provider: another(),
    waited: () => waited,
    calls: { create: 'POST /rooms', change: 'POST /rooms/:name', retire: 'DELETE /rooms/:name' },
    turn(by) {
      instant += by;
    },
    async addStrangers(count) {
      const headers = { authorization: `Bearer ${keys[0]}`, 'content-type': 'application/json' };
      const body = '{}';
      const add = async () => {
        const response = await fetch(`${emulator.url}/rooms`, { method: 'POST', headers, body });
        if (!response.ok) throw new Error(`the stranger's room was refused: ${response.status}`);
      };
      for (let left = count; left > 0; left -= BATCH) {
        await Promise.all(Array.from({ length: Math.min(left, BATCH) }, add));
        instant += 5 * SECOND;
      }
    },
    rotate() {
      keys = keys.toReversed();
      const [current = '', previous = ''] = keys;
      secrets.versions.set('AWSCURRENT', current).set('AWSPREVIOUS', previous);
      emulator.distrust('team');
      emulator.trust('team', current);
    },
    spoil(value) {
      secrets.versions.set('AWSCURRENT', value).set('AWSPREVIOUS', keys[0] ?? '');
    },
    unusable: () => unusable,
    skipped: () => skipped,
    lockOut: () => emulator.distrust('team'),
    secrets: () => [KEYS[0] ?? '', 'eyJ0'.repeat(20)],
    close: async () => {
      await Promise.all([emulator.close(), secrets.close()]);
    },
  };
}
