import { readFileSync } from 'node:fs';

/** The items that AWS counts. */
export type Item =
  | 'writeUnits'
  | 'readUnits'
  | 'storedGigabyteMonths'
  | 'backedUpGigabyteMonths'
  | 'invocations'
  | 'gigabyteSeconds'
  | 'queueRequests'
  | 'events'
  | 'archivedGigabytes'
  | 'archivedGigabyteMonths'
  | 'secretReads'
  | 'logGigabytes'
  | 'traces';

/** The quantity of each item, for one room or for many. */
export type Usage = Readonly<Partial<Record<Item, number>>>;

interface PriceList {
  readonly region: string;
  readonly currency: string;
  readonly date: string;
  readonly note: string;
  readonly prices: Readonly<Record<Item, { readonly each: number; readonly costs: number }>>;
}

export const PRICES: PriceList = JSON.parse(readFileSync(new URL('./prices.json', import.meta.url), 'utf8'));

const TITLES: Readonly<Record<Item, string>> = {
  writeUnits: 'DynamoDB, write units',
  readUnits: 'DynamoDB, read units',
  storedGigabyteMonths: 'DynamoDB, stored, GB-months',
  backedUpGigabyteMonths: 'DynamoDB, backed up, GB-months',
  invocations: 'Lambda, invocations',
  gigabyteSeconds: 'Lambda, GB-seconds',
  queueRequests: 'SQS, requests',
  events: 'EventBridge, events',
  archivedGigabytes: 'EventBridge, archived, GB',
  archivedGigabyteMonths: 'EventBridge, kept in the archive, GB-months',
  secretReads: 'Secrets Manager, reads',
  logGigabytes: 'CloudWatch, log, GB',
  traces: 'X-Ray, traces',
};

export function titleOf(item: Item): string {
  return TITLES[item];
}

export const ITEMS = Object.keys(TITLES) as readonly Item[];

export function costOf(item: Item, amount: number): number {
  const { each, costs } = PRICES.prices[item];
  return (amount / each) * costs;
}

export function totalOf(usage: Usage): number {
  return ITEMS.reduce((sum, item) => sum + costOf(item, usage[item] ?? 0), 0);
}

export function times(usage: Usage, factor: number): Usage {
  return Object.fromEntries(Object.entries(usage).map(([item, amount]) => [item, amount * factor]));
}

export function plus(...usages: readonly Usage[]): Usage {
  const sum = (item: Item) => usages.reduce((total, usage) => total + (usage[item] ?? 0), 0);
  return Object.fromEntries(ITEMS.map((item) => [item, sum(item)]));
}
