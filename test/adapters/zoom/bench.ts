import { startZoom, type Zoom, type ZoomOptions } from '../../../emulators/zoom/zoom.ts';
import type { ObservedCall } from '../../../functions/adapters/provider/connection.ts';
import { secretsManager } from '../../../functions/adapters/secrets.ts';
import type { ZoomEntry } from '../../../functions/adapters/zoom/calls.ts';
import { zoom } from '../../../functions/adapters/zoom/provider.ts';
import type { RoomProvider } from '../../../functions/rooms/model/ports.ts';
import { SECOND } from '../../../functions/rooms/model/time.ts';
import { PATIENT } from '../../support/time-outs.ts';
import type { ProviderBench } from '../provider-contract.ts';
import { secretsEndpoint } from '../secrets-endpoint.ts';

const SECRETS = ['first-client-secret', 'second-client-secret'];

export const HOSTS = ['room1@example.org', 'room2@example.org', 'room3@example.org'];

export interface ZoomBench extends ProviderBench {
  readonly emulator: Zoom;
  readonly observed: ObservedCall[];
  readonly entry: ZoomEntry;
}

interface Settings extends Partial<ZoomOptions> {
  readonly hosts?: readonly string[];
}

export async function startZoomBench({ hosts = HOSTS, ...options }: Settings = {}): Promise<ZoomBench> {
  let instant = Date.UTC(2030, 0, 1, 12);
  let clientSecrets = SECRETS;
  let unusable = 0;
  let skipped = 0;
  const now = () => instant;
  const observed: ObservedCall[] = [];
  const secrets = await secretsEndpoint(SECRETS[0]);
  const emulator = await startZoom({
    accounts: [
      {
        accountId: 'team',
        clientId: 'app',
        clientSecrets: SECRETS.slice(0, 1),
        hosts: [...HOSTS, 'somebody@example.org'].map((email) => ({ email })),
      },
    ],
    now,
    ...options,
  });
  const entry = {
    name: 'main',
    accountId: 'team',
    clientId: 'app',
    secret: 'evergreen-rooms/main',
    hosts,
    baseUrl: emulator.url,
  };
  // a list that is behind is read once it has caught up
  const caughtUp = () => {
    instant += (options.switches?.listLag ?? 0) * SECOND;
  };
  const another = (): RoomProvider => {
    const provider = zoom(entry, {
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
    });
    return {
      ...provider,
      find: (token, since) => {
        caughtUp();
        return provider.find(token, since);
      },
      list: (listing) => {
        caughtUp();
        return provider.list(listing);
      },
    };
  };
  return {
    emulator,
    contract: 'zoom',
    mayBeEmpty: [
      ...['meetings', 'total_records', 'topic', 'host_id'],
      ...['host_email', 'settings', 'start_url', 'status'],
    ],
    observed,
    entry,
    now,
    showsDeleted: options.switches?.meetingInTrash === 'shown',
    oneToken: options.switches?.tokens === 'single',
    another,
    provider: another(),
    calls: {
      create: 'POST /users/:id/meetings',
      change: 'PATCH /meetings/:id',
      retire: 'DELETE /meetings/:id',
    },
    refusal: /^the provider refuses a room that ends at .+, which is over$/,
    turn(by) {
      instant += by;
    },
    // by hand in the client, which counts against no limit of the API
    async addStrangers(count) {
      for (let nth = 0; nth < count; nth += 1) {
        emulator.schedule(HOSTS[nth % HOSTS.length] ?? '', { topic: 'Somebody else', type: 3 });
        instant += SECOND;
      }
    },
    rotate() {
      clientSecrets = clientSecrets.toReversed();
      const [current = '', previous = ''] = clientSecrets;
      secrets.versions.set('AWSCURRENT', current).set('AWSPREVIOUS', previous);
      emulator.distrust('team');
      emulator.trust('team', current);
    },
    spoil(value) {
      secrets.versions.set('AWSCURRENT', value).set('AWSPREVIOUS', clientSecrets[0] ?? '');
    },
    unusable: () => unusable,
    skipped: () => skipped,
    lockOut: () => emulator.distrust('team'),
    secrets: () => [SECRETS[0] ?? '', 'https://us02web.zoom.us/s/84512239077?zak=abcdefghij'],
    close: async () => {
      await Promise.all([emulator.close(), secrets.close()]);
    },
  };
}
