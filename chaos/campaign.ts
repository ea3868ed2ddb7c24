import { fileURLToPath } from 'node:url';
import { seededRandom } from '../emulators/http/random.ts';
import type { LocalRooms } from '../local/rooms/local-rooms.ts';
import type { Account } from './accounts.ts';
import { audit } from './audit.ts';
import { HOUR, letAllBeServed } from './clock.ts';
import { drain } from './drain.ts';
import { type Faults, type Severity, STORMY, startFaults } from './faults.ts';
import { type LoadOptions, sendLoad } from './load.ts';
import type { Scenario } from './scenario.ts';
import { liveThroughSituations, restoreTheTable, showAnEmptyList } from './situations.ts';
import { drawWorkload } from './workload.ts';

export interface CampaignOptions extends LoadOptions {
  readonly seed: number;
  readonly keys: number;
  readonly severity?: Severity;
  /** Whether a day of each outage follows the storm. This takes minutes. */
  readonly outages?: boolean;
}

export interface Outcome {
  readonly figures: Readonly<Record<string, number>>;
  /** The violations, one line each. */
  readonly wrong: readonly string[];
}

/** Runs the stack in a storm. Returns its results and the violations. */
export async function runCampaign(ground: Scenario, options: CampaignOptions): Promise<Outcome> {
  const { account, rooms } = ground;
  const { seed, severity = STORMY, say = () => {} } = options;
  const { stack } = rooms;
  const began = performance.now();
  const started = stack.clock.now();
  const faults = await startFaults(stack.environment.AWS_ENDPOINT_URL_DYNAMODB ?? '', seed, severity);
  try {
    putInFront(ground, faults);
    account.emulator.faults.storm({ each: severity.provider });
    faults.hunt(stack.functions);
    const random = seededRandom(seed);
    const workload = drawWorkload(random, options.keys);
    const sent = await sendLoad(rooms, workload, random, options);
    if (options.outages) await liveThroughSituations(ground, faults, { workload, random, say });
    const givenUp = givenUpIn(rooms);
    say('the storm is over; what rests in dead-letter queues is put back');
    faults.clear();
    account.emulator.faults.clear();
    const redriven = await drain(rooms);
    say('the account lists nothing for an hour');
    await showAnEmptyList(ground);
    say('the table is put back to where it was a night ago');
    const restored = await restoreTheTable(ground, workload, random);
    await letAllBeServed(stack);
    const { wrong, figures } = await audit({ ...ground, wanted: workload.wanted, restored });
    return {
      wrong,
      figures: {
        ...sent,
        ...faultsOf(account),
        ...faults.damage,
        'given up for an outage': givenUp,
        'put back from dead-letter queues': redriven,
        ...figures,
        'days on the clock': Math.round((stack.clock.now() - started) / (24 * HOUR)),
        seconds: Math.round((performance.now() - began) / 1000),
      },
    };
  } finally {
    faults.clear();
    await faults.close();
  }
}

/** Counts messages in dead-letter queues: an outage must not leave any. */
function givenUpIn({ stack }: LocalRooms): number {
  const resting = stack.deadLetterQueues().flatMap((queue) => queue.messages());
  return resting.filter(({ attributes }) => attributes.failureReason?.includes(' 503 ')).length;
}

/** From now on the functions call the table through a proxy that causes faults, and the bus is recorded. */
function putInFront({ rooms: { stack }, heard }: Scenario, faults: Faults): void {
  const hurry = fileURLToPath(new URL('./short-time-outs.ts', import.meta.url));
  for (const { definition } of stack.functions) {
    Object.assign(definition.environment, {
      AWS_ENDPOINT_URL_DYNAMODB: faults.tableEndpoint,
      NODE_OPTIONS: `--import=${hurry}`,
    });
  }
  stack.buses.fault = (entry) => {
    const refusal = faults.bus(entry);
    if (!refusal) heard.event(entry);
    return refusal;
  };
}

function faultsOf({ emulator }: Account): Record<string, number> {
  const counted: Record<string, number> = {
    'calls of the provider': emulator.calls.all.length,
    'provider: over its limit': emulator.calls.count('*', { handled: 429 }),
  };
  for (const { fault } of emulator.calls.all) {
    if (fault) counted[`provider: ${fault}`] = (counted[`provider: ${fault}`] ?? 0) + 1;
  }
  return counted;
}
