import { fileURLToPath } from 'node:url';
import { seededRandom } from '../emulators/http/random.ts';
import type { LocalRooms } from '../local/rooms/local-rooms.ts';
import type { Account } from './accounts.ts';
import { audit } from './audit.ts';
import { HOUR } from './clock.ts';
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
  /** Whether a day of each outage follows the storm, which takes minutes. */
  readonly outages?: boolean;
}

export interface Outcome {
  readonly figures: Readonly<Record<string, number>>;
  /** What must not be, a line each. */
  readonly wrong: readonly string[];
}

/** Runs the stack in a storm: what comes out of it, and what is wrong with that. */
export async function runCampaign(ground: Scenario, options: CampaignOptions): Promise<Outcome> {
  const { account, rooms } = ground;
  const { seed, severity = STORMY, say = () => {} } = options;
  const { stack } = rooms;
  const began = performance.now();
  const started = stack.clock.now();
  const weather = await startFaults(stack.environment.AWS_ENDPOINT_URL_DYNAMODB ?? '', seed, severity);
  try {
    putInFront(ground, weather);
    account.emulator.faults.storm({ each: severity.provider });
    weather.hunt(stack.functions);
    const random = seededRandom(seed);
    const wishes = drawWorkload(random, options.keys);
    const sent = await sendLoad(rooms, wishes, random, options);
    if (options.outages) await liveThroughSituations(ground, weather, { wishes, random, say });
    const givenUp = givenUpIn(rooms);
    say('the storm is over; what rests in dead-letter queues is put back');
    weather.clear();
    account.emulator.faults.clear();
    const redriven = await drain(rooms);
    say('the account lists nothing for an hour');
    await showAnEmptyList(ground);
    say('the table is put back to where it was a night ago');
    const restored = await restoreTheTable(ground, wishes, random);
    const { wrong, figures } = await audit({ ...ground, wanted: wishes.wanted, restored });
    return {
      wrong,
      figures: {
        ...sent,
        ...faultsOf(account),
        ...weather.damage,
        'given up for an outage': givenUp,
        'put back from dead-letter queues': redriven,
        ...figures,
        'days on the clock': Math.round((stack.clock.now() - started) / (24 * HOUR)),
        seconds: Math.round((performance.now() - began) / 1000),
      },
    };
  } finally {
    weather.clear();
    await weather.close();
  }
}

/** Messages that nobody tried any more: an outage must not end in a dead-letter queue. */
function givenUpIn({ stack }: LocalRooms): number {
  const resting = stack.deadLetterQueues().flatMap((queue) => queue.messages());
  return resting.filter(({ attributes }) => attributes.failureReason?.includes(' 503 ')).length;
}

/** From here on the functions call the table through the weather, and the bus is heard. */
function putInFront({ rooms: { stack }, heard }: Scenario, weather: Faults): void {
  const hurry = fileURLToPath(new URL('./short-time-outs.ts', import.meta.url));
  for (const { definition } of stack.functions) {
    Object.assign(definition.environment, {
      AWS_ENDPOINT_URL_DYNAMODB: weather.tableEndpoint,
      NODE_OPTIONS: `--import=${hurry}`,
    });
  }
  stack.buses.fault = (entry) => {
    const refusal = weather.bus(entry);
    if (!refusal) heard.event(entry);
    return refusal;
  };
}

function faultsOf({ emulator }: Account): Record<string, number> {
  const counted: Record<string, number> = { 'calls of the provider': emulator.calls.all.length };
  for (const { fault } of emulator.calls.all) {
    if (fault) counted[`provider: ${fault}`] = (counted[`provider: ${fault}`] ?? 0) + 1;
  }
  return counted;
}
