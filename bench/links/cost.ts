import { readFileSync } from 'node:fs';
import { costOf, totalOf, type Usage } from '../cost/bill.ts';
import { table } from '../tables.ts';

/** The items that AWS counts, in addition to those of `bench/cost`. */
type EdgeItem =
  | 'edgeRequests'
  | 'edgeFunctions'
  | 'edgeReads'
  | 'edgeWrites'
  | 'edgeGigabytes'
  | 'restCalls'
  | 'httpCalls'
  | 'gigabytes';

interface Price {
  readonly title: string;
  readonly each: number;
  readonly costs: number;
  readonly source: string;
  readonly date: string;
}

interface PriceList {
  readonly region: string;
  readonly note: string;
  readonly prices: Readonly<Record<EdgeItem, Price>>;
}

const PRICES: PriceList = JSON.parse(readFileSync(new URL('./prices.json', import.meta.url), 'utf8'));

const MILLION = 1_000_000;
/** The bytes of an answer with its headers: a redirect. */
const ANSWER_BYTES = 600;
/** The duration of a read within a region, in milliseconds: an assumption. */
const TABLE_TIME = 5;
/** The memory of the function, and the memory for which Lambda gives a whole CPU. */
const MEMORY = 256;
const WHOLE_CPU = 1769;

/** The measured values of a visit. */
export interface VisitCost {
  /** Milliseconds of CPU. */
  readonly cpu: number;
  /** Bytes of the log. */
  readonly logged: number;
}

/** Returns the cost of a million visits for each way of serving them, and the cost of changing a link. */
export function costPart({ cpu, logged }: VisitCost): string {
  const billed = TABLE_TIME + (cpu * WHOLE_CPU) / MEMORY;
  const read: Usage = { readUnits: 0.5 };
  const run: Usage = {
    invocations: 1,
    gigabyteSeconds: ((billed / 1000) * MEMORY) / 1024,
    logGigabytes: logged / 1e9,
  };
  const gigabytes = ANSWER_BYTES / 1e9;
  const own = totalOf(read) + totalOf(run);
  const edge = edgeCost('edgeRequests', 1) + edgeCost('edgeGigabytes', gigabytes);
  const direct = edgeCost('gigabytes', gigabytes);
  const perEdgeWrite = edgeCost('edgeWrites', 1) * MILLION;
  const perWrite = costOf('writeUnits', MILLION);
  const ways: readonly [string, number, number][] = [
    ['function URL', own + direct, perWrite],
    ['CloudFront and the function', own + edge, perWrite],
    [
      'CloudFront with KeyValueStore',
      edge + edgeCost('edgeFunctions', 1) + edgeCost('edgeReads', 1),
      perEdgeWrite,
    ],
    ['API Gateway, HTTP API and the function', own + edgeCost('httpCalls', 1) + direct, perWrite],
    [
      'API Gateway, REST API straight from the table',
      totalOf(read) + edgeCost('restCalls', 1) + direct,
      perWrite,
    ],
  ];
  const rows = ways.map(([name, visit, write]) => [name, (visit * MILLION).toFixed(2), write.toFixed(2)]);
  const sources = Object.values(PRICES.prices).map(({ title, each, costs, source, date }) => [
    title,
    each.toLocaleString('en'),
    String(costs),
    date,
    source,
  ]);
  return (
    `## A million visits\n\nComputed from the CPU of a warm visit (${cpu.toFixed(2)} ms), its log (${Math.round(logged)} bytes), ` +
    `half a read unit, an answer of ${ANSWER_BYTES} bytes, ${TABLE_TIME} ms for the table (assumed) and ${MEMORY} MB. ${PRICES.region}; ` +
    `${PRICES.note}. Lambda, DynamoDB and CloudWatch as in [prices.json](../cost/prices.json).\n\n` +
    `${table(['way', 'visits, USD', 'changes of links, USD'], rows)}\n\n` +
    `${table(['price', 'each', 'USD', 'as of', 'source'], sources)}\n`
  );
}

function edgeCost(item: EdgeItem, amount: number): number {
  const { each, costs } = PRICES.prices[item];
  return (amount / each) * costs;
}
