import { seededRandom } from '../emulators/http/random.ts';
import type { BusFault } from '../local/fakes/buses.ts';
import type { LambdaFunction } from '../local/lambda/function.ts';
import { type Answer, type Decide, type ServiceProxy, startProxy } from './proxy.ts';

/** The severity of the faults, as probabilities. */
export interface Severity {
  /** The probability of each kind of fault, for each call to the provider. */
  readonly provider: number;
  /** The probability of a throttle, and of a lost answer after the effect, for each call to the table. */
  readonly table: number;
  /** The probability that the bus refuses an entry. */
  readonly bus: number;
  /** How many entries in a row the bus refuses at the start. */
  readonly busOutage: number;
  /**
   * The average number of calls to the table between two crashes. It counts calls, so that a slow machine has
   * as many crashes as a fast one.
   */
  readonly betweenDeaths: number;
}

export const STORMY: Severity = {
  provider: 0.05,
  table: 0.05,
  bus: 0.05,
  busOutage: 20,
  betweenDeaths: 400,
};

/** The number of faults, by name. */
export type Damage = Record<string, number>;

export interface Faults {
  /** The endpoint that the functions call instead of the table's. */
  readonly tableEndpoint: string;
  readonly bus: BusFault;
  readonly damage: Damage;
  /** Kills the processes of one of these functions from time to time, during their work. */
  hunt(functions: readonly LambdaFunction[]): void;
  /** Whether the bus refuses everything. */
  closeBus(closed: boolean): void;
  /** Ends all faults. */
  clear(): void;
  close(): Promise<void>;
}

/** Starts the faults of everything except the provider, whose emulator has its own. */
export async function startFaults(
  tableEndpoint: string,
  seed: number,
  severity: Severity = STORMY,
): Promise<Faults> {
  const random = seededRandom(seed);
  const damage: Damage = {};
  let isClear = false;
  let isBusClosed = false;
  let refused = 0;
  let prey: readonly LambdaFunction[] = [];
  let untilDeath = Number.POSITIVE_INFINITY;
  const strikes = (probability: number) => !isClear && random() < probability;
  const count = (name: string) => {
    damage[name] = (damage[name] ?? 0) + 1;
  };

  const draw = () => Math.ceil(random() * 2 * severity.betweenDeaths);

  /** A process that calls the table is working, and others may be working too. */
  function mayKill(): void {
    untilDeath -= 1;
    if (isClear || untilDeath > 0) return;
    untilDeath = draw();
    const running = prey.filter((each) => each.running > 0);
    const victim = running[Math.floor(random() * running.length)];
    if (!victim) return;
    count('deaths');
    victim.kill();
  }

  const decide: Decide = async ({ forward }) => {
    mayKill();
    if (strikes(severity.table)) {
      count('table throttled');
      return THROTTLED;
    }
    const answer = await forward();
    if (!strikes(severity.table)) return answer;
    count("table's answer lost");
    return 'reset';
  };

  const proxy: ServiceProxy = await startProxy(tableEndpoint, decide);

  function hunt(functions: readonly LambdaFunction[]): void {
    prey = functions;
    untilDeath = draw();
  }

  return {
    tableEndpoint: proxy.endpoint,
    bus() {
      refused += 1;
      const isOut = isBusClosed || (!isClear && refused <= severity.busOutage);
      if (!isOut && !strikes(severity.bus)) return undefined;
      count('bus refused');
      return { code: 'ThrottlingException', message: 'rate exceeded' };
    },
    damage,
    hunt,
    closeBus(closed) {
      isBusClosed = closed;
    },
    clear() {
      isClear = true;
      isBusClosed = false;
    },
    close: () => proxy.close(),
  };
}

const THROTTLED: Answer = {
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Buffer.from(
    JSON.stringify({
      __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
      message: 'the level of configured provisioned throughput was exceeded',
    }),
  ),
};
