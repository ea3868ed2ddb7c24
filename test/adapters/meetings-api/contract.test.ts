import { describe, expect, test } from 'vitest';
import { turnsOf } from '../../../emulators/http/switches.ts';
import { POSITIONS } from '../../../emulators/meetings-api/choices.ts';
import { type MeetingsApiOptions, startMeetingsApi } from '../../../emulators/meetings-api/meetings-api.ts';
import { meetingsApi } from '../../../functions/adapters/meetings-api/provider.ts';
import { secretsManager } from '../../../functions/adapters/secrets.ts';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { PATIENT } from '../../support/time-outs.ts';
import { describeProvider, type ProviderBench } from '../provider-contract.ts';
import { secretsEndpoint } from '../secrets-endpoint.ts';
import { APPLICATION_ID, KEY, OTHER_KEY, order, publicPem, SECRET } from './bench.ts';

type Settings = Pick<MeetingsApiOptions, 'switches' | 'roomLimit'>;

async function start(settings: Settings = {}): Promise<ProviderBench> {
  let instant = Date.UTC(2030, 0, 1, 12);
  let keys = [KEY, OTHER_KEY];
  let unusable = 0;
  let skipped = 0;
  const now = () => instant;
  const secrets = await secretsEndpoint(KEY);
  const emulator = await startMeetingsApi({
    applications: [{ applicationId: APPLICATION_ID, publicKey: publicPem(KEY) }],
    now,
    ...settings,
  });
  const another = () =>
    meetingsApi(
      { name: 'main', applicationId: APPLICATION_ID, secret: SECRET, baseUrl: emulator.url },
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
        wait: async (duration) => {
          instant += duration;
        },
      },
    );
  return {
    emulator,
    contract: 'meetings-api',
    mayBeEmpty: ['_embedded', 'next', 'page_size', 'total_items', 'host_url', 'is_available'],
    now,
    another,
    provider: another(),
    calls: { create: 'POST /rooms', change: 'PATCH /rooms/:id', retire: 'PATCH /rooms/:id' },
    turn(by) {
      instant += by;
    },
    async addStrangers(count) {
      for (let made = 0; made < count; made += 1) emulator.addRoom(APPLICATION_ID);
    },
    rotate() {
      keys = keys.toReversed();
      const [current = '', previous = ''] = keys;
      secrets.versions.set('AWSCURRENT', current).set('AWSPREVIOUS', previous);
      emulator.distrust(APPLICATION_ID);
      emulator.trust(APPLICATION_ID, publicPem(current));
    },
    spoil(value) {
      secrets.versions.set('AWSCURRENT', value).set('AWSPREVIOUS', keys[0] ?? '');
    },
    unusable: () => unusable,
    skipped: () => skipped,
    lockOut: () => emulator.distrust(APPLICATION_ID),
    secrets: () => [KEY, 'eyJ0'.repeat(20), 'participant_token=eyJ'],
    close: async () => {
      await Promise.all([emulator.close(), secrets.close()]);
    },
  };
}

describeProvider('the Meetings API', (switches) => start({ switches }), [
  ...turnsOf(POSITIONS),
  // the adapter asks for pages that only a smaller limit refuses or shortens
  { largestPage: 20, tooLargePage: 'clamp' },
]);

describe('the Meetings API', () => {
  test('says that it is full at the limit, and takes a room again once one has ended', async () => {
    const bench = await start({ roomLimit: 2 });
    const { provider, now, turn } = bench;
    const create = (life: number, letter: string) =>
      provider.create(order({ token: `er${letter.repeat(30)}`, expiresAt: now() + life }));
    await create(DAY, 'a');
    await create(30 * DAY, 'b');
    await expect(create(DAY, 'c')).rejects.toMatchObject({ code: 'application_full' });
    turn(2 * DAY);
    await create(DAY, 'd');
    await bench.close();
  });

  test('shows the settings as they were asked for, so that drift is seen', async () => {
    const bench = await start();
    const settings = {
      display_name: 'Stand-up',
      expire_after_use: true,
      theme_id: 'e8b1d80b-8f78-4578-94f2-328596e01387',
      join_approval_level: 'after_owner_only',
      initial_join_options: { microphone_state: 'off' },
      callback_urls: { rooms_callback_url: 'https://team.example/rooms' },
      available_features: { is_whiteboard_available: false },
    } as const;
    const room = await bench.provider.create(order({ settings, expiresAt: bench.now() + DAY }));
    const { display_name: _, ...changeable } = settings;
    expect(room.settings).toMatchObject(changeable);
    await bench.close();
  });
});
