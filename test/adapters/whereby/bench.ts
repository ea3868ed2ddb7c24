import { startWhereby, type Whereby, type WherebyOptions } from '../../../emulators/whereby/whereby.ts';
import type { ObservedCall } from '../../../functions/adapters/provider/connection.ts';
import { secretsManager } from '../../../functions/adapters/secrets.ts';
import { whereby } from '../../../functions/adapters/whereby/provider.ts';
import { MINUTE } from '../../../functions/rooms/model/time.ts';
import { PATIENT } from '../../support/time-outs.ts';
import type { ProviderBench } from '../provider-contract.ts';
import { secretsEndpoint } from '../secrets-endpoint.ts';

const KEYS = ['eyJhbGciOiJIUzI1NiJ9.eyJvcmciOjF9.first', 'eyJhbGciOiJIUzI1NiJ9.eyJvcmciOjF9.second'];

/** What the limits allow at once. */
const BATCH = 300;

export interface WherebyBench extends ProviderBench {
  readonly emulator: Whereby;
  readonly observed: ObservedCall[];
}

interface Settings extends Partial<WherebyOptions> {
  readonly pointsPerMinute?: number;
}

export async function startWherebyBench(settings: Settings = {}): Promise<WherebyBench> {
  const { pointsPerMinute = 1000, ...options } = settings;
  let instant = Date.UTC(2030, 0, 1, 12);
  let keys = KEYS;
  let unusable = 0;
  let skipped = 0;
  const now = () => instant;
  const observed: ObservedCall[] = [];
  const secrets = await secretsEndpoint(KEYS[0]);
  const emulator = await startWhereby({
    organizations: [{ subdomain: 'team', apiKeys: KEYS.slice(0, 1), pointsPerMinute }],
    now,
    ...options,
  });
  const another = () =>
    whereby(
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
          instant += duration;
        },
      },
    );
  return {
    emulator,
    contract: 'whereby',
    mayBeEmpty: ['results', 'cursor', 'startDate', 'hostRoomUrl'],
    observed,
    now,
    another,
    provider: another(),
    calls: { create: 'POST /meetings', retire: 'DELETE /meetings/:id' },
    turn(by) {
      instant += by;
    },
    async addStrangers(count) {
      const headers = { authorization: `Bearer ${keys[0]}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ endDate: '2031-01-01T00:00:00.000Z', roomNamePrefix: 'somebody-' });
      const add = async () => {
        const response = await fetch(`${emulator.url}/meetings`, { method: 'POST', headers, body });
        if (!response.ok) throw new Error(`the stranger's room was refused: ${response.status}`);
      };
      for (let left = count; left > 0; left -= BATCH) {
        await Promise.all(Array.from({ length: Math.min(left, BATCH) }, add));
        instant += MINUTE;
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
    secrets: () => [KEYS[0] ?? '', 'https://team.whereby.com/x?roomKey=abcdefgh'],
    close: async () => {
      await Promise.all([emulator.close(), secrets.close()]);
    },
  };
}
