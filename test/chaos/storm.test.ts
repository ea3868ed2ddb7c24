import { afterEach, expect, it } from 'vitest';
import { ACCOUNTS, type ProviderName } from '../../chaos/accounts.ts';
import { runCampaign } from '../../chaos/campaign.ts';
import { STORMY } from '../../chaos/faults.ts';
import { prepareScenario, type Scenario } from '../../chaos/scenario.ts';
import { synthesiseHere } from '../support/synthesise.ts';

const SEED = 20270301;
const BUS_OUTAGE = 6;
/** Three hosts make fewer rooms in a day than the first wave asks for: the others wait for midnight UTC. */
const CHANGES_PER_DAY = 3;
/** Every death takes all processes of a function, and each of them has to start again. */
const SETTINGS = { requestConcurrency: 3, rotationConcurrency: 3 };

const PROVIDERS = Object.keys(ACCOUNTS) as ProviderName[];

let ground: Scenario | undefined;

afterEach(async () => {
  await ground?.rooms.stop();
});

it.each(PROVIDERS)(
  'a storm around %s leaves every key as the newest request wants it',
  async (provider) => {
    ground = await prepareScenario(provider, SEED, {
      settings: SETTINGS,
      synthesise: synthesiseHere,
      changesPerDay: CHANGES_PER_DAY,
    });
    const { figures, wrong } = await runCampaign(ground, {
      seed: SEED,
      requests: 40,
      keys: 15,
      severity: { ...STORMY, busOutage: BUS_OUTAGE, betweenDeaths: 30 },
    });
    console.log(`a small storm around ${provider}: ${JSON.stringify(figures)}`);
    expect(wrong).toEqual([]);
    expect(figures).toMatchObject({ lost: 0, doubled: 0, 'resting in dead-letter queues': 0, leaks: 0 });
    expect(figures.moved).toBeGreaterThan(0);
    expect(figures['provider: status']).toBeGreaterThan(0);
    expect(figures['bus refused']).toBeGreaterThanOrEqual(BUS_OUTAGE);
    if (provider === 'zoom') expect(figures['provider: over its limit']).toBeGreaterThan(0);
  },
  180_000,
);
