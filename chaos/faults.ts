import { seededRandom } from '../emulators/http/random.ts';
import type { BusFault } from '../local/fakes/buses.ts';
import type { LambdaFunction } from '../local/lambda/function.ts';
import { type Answer, type Decide, type ServiceProxy, startProxy } from './proxy.ts';

/** How bad it is, as probabilities. */
export interface Severity {
  /** Of each kind of fault, for each call of the provider. */
  readonly provider: number;
  /** A throttle, and an answer that is lost after its effect, for each call of the table. */
  readonly table: number;
  /** A refused entry of the bus. */
  readonly bus: number;
  /** How many entries in a row the bus refuses at the beginning, before it takes any. */
  readonly busOutage: number;
  /** Milliseconds between two deaths, on average. */
  readonly betweenDeaths: number;
}

export const STORMY: Severity = {
  provider: 0.05,
  table: 0.05,
  bus: 0.05,
  busOutage: 20,
  betweenDeaths: 5000,
};

/** What broke, by name. */
export type Damage = Record<string, number>;

export interface Faults {
  /** What the functions call in place of the table. */
  readonly tableEndpoint: string;
  readonly bus: BusFault;
  readonly damage: Damage;
  /** Kills the processes of one of these functions now and then, in the middle of whatever they do. */
  hunt(functions: readonly LambdaFunction[]): void;
  /** Whether the bus takes nothing at all. */
  closeBus(closed: boolean): void;
  /** From here on nothing breaks. */
  clear(): void;
  close(): Promise<void>;
}

/** Bad weather for everything but the provider, whose emulator makes its own. */
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
  let hunting: NodeJS.Timeout | undefined;
  const strikes = (probability: number) => !isClear && random() < probability;
  const count = (name: string) => {
    damage[name] = (damage[name] ?? 0) + 1;
  };

  const decide: Decide = async ({ forward }) => {
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
    hunting = setTimeout(
      () => {
        const prey = functions.filter(({ running }) => running > 0);
        const victim = prey[Math.floor(random() * prey.length)];
        if (victim) {
          count('deaths');
          victim.kill();
        }
        if (!isClear) hunt(functions);
      },
      random() * 2 * severity.betweenDeaths,
    );
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
      clearTimeout(hunting);
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
