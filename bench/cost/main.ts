import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleAll } from '../bundles.ts';
import { table } from '../tables.ts';
import { costOf, ITEMS, PRICES, plus, times, titleOf, totalOf, type Usage } from './bill.ts';
import { ACCOUNT, measureRoom } from './measure.ts';
import { configuredMemory } from './memory.ts';
import { DAYS_REMEMBERED, kept, remembered } from './storage.ts';
import type { StoredBytes } from './stored-bytes.ts';

const RESULTS = fileURLToPath(new URL('./results.md', import.meta.url));

const MILLION = 1_000_000;
const NIGHTS = 365;

/** Lives of 90 days, renewed a week before their end. */
const ROTATIONS_A_YEAR = 365 / 83;

interface Bill {
  readonly title: string;
  readonly ours: Usage;
  readonly usual: Usage;
}

await bundleAll();
const memory = await configuredMemory();
const bills = await measured();
const text = [heading(), ...bills.map(section), summary(bills)].join('\n');
console.log(text);
writeFileSync(RESULTS, text);
console.log(`written to ${RESULTS}`);

async function measured(): Promise<readonly Bill[]> {
  const both = async (name: Parameters<typeof memory>[0]) => {
    const megabytes = memory(name);
    console.error(`measuring ${name} ...`);
    return {
      ours: await measureRoom('ours', name, megabytes),
      usual: await measureRoom('usual way', name, megabytes),
    };
  };
  const created = await both('create-rooms');
  const rotated = await both('rotate-rooms');
  const planned = await both('plan-rotation');
  const reconciled = await both('reconcile-rooms');
  const request: Usage = { queueRequests: 1 };
  const bill = (title: string, usageOf: (way: 'ours' | 'usual') => Usage): Bill => ({
    title,
    ours: times(usageOf('ours'), MILLION),
    usual: times(usageOf('usual'), MILLION),
  });
  return [
    bill('A million rooms created', (way) => plus(request, created[way].usage)),
    bill('A million rooms kept for a year: stored, and reconciled every day', (way) =>
      // its readings are of rows as this way wrote them, and not of those that it was measured with
      plus(kept(created[way].stored), times({ ...reconciled[way].usage, readUnits: 0 }, NIGHTS)),
    ),
    bill('A million rooms rotated once', (way) =>
      plus(planned[way].usage, rotated[way].usage, remembered(earlier(way, rotated[way].stored))),
    ),
  ];
}

/** The usual way keeps the room before, and no history. */
function earlier(way: 'ours' | 'usual', { previous, past }: StoredBytes) {
  return { previous, past: way === 'ours' ? past : 0 };
}

function section({ title, ours, usual }: Bill): string {
  const rows = ITEMS.filter((item) => (ours[item] ?? 0) > 0 || (usual[item] ?? 0) > 0).map((item) => [
    titleOf(item),
    ...[ours, usual].flatMap((usage) => [amount(usage[item] ?? 0), money(costOf(item, usage[item] ?? 0))]),
  ]);
  const total = ['**total**', '', money(totalOf(ours)), '', money(totalOf(usual))];
  return `## ${title}\n\n${table(['item', 'ours', 'USD', 'usual way', 'USD '], [...rows, total])}\n`;
}

function summary([created, kept, rotated]: readonly Bill[]): string {
  const year = (way: 'ours' | 'usual') =>
    totalOf(created?.[way] ?? {}) +
    totalOf(kept?.[way] ?? {}) +
    ROTATIONS_A_YEAR * totalOf(rotated?.[way] ?? {});
  return (
    `## In all\n\nA million rooms of 90 days, created and kept for a year with ${ROTATIONS_A_YEAR.toFixed(1)} rotations each: ` +
    `${money(year('ours'))} USD, and ${money(year('usual'))} USD the usual way.\n`
  );
}

function heading(): string {
  const functions = ['create-rooms', 'rotate-rooms', 'plan-rotation', 'reconcile-rooms'] as const;
  const configured = functions.map((name) => `${name} ${memory(name)}`).join(', ');
  return `# What rooms cost

Written by \`npm run bench:cost\`: what was measured, times the prices of [prices.json](prices.json) (${PRICES.region}, ${PRICES.date};
${PRICES.note}).

- Batches are full and nothing fails. The provider takes 200 ms a call; billed time is what the function waited for, and its
  CPU at the share of a CPU that its memory brings (${configured} MB; 1,769 MB are a whole one).
- Capacity units are DynamoDB's \`ConsumedCapacity\`, with its index, as dynoxide calculates it. A row is as big as it was in the
  table, and its entry in the index of due rooms is stored beside it. A comparison reads the rows as they were created. What a rotation
  leaves on the row is stored and read by every comparison until the next one, for ${DAYS_REMEMBERED} days. The rooms that are rotated were rotated before.
- An account has ${ACCOUNT} rooms: the last page of its list is half full.
- The usual way has no claim before the call, no history, no archive of its events and no reconciliation that repairs: it is cheaper where it does less.
- Not here, since they do not grow with rooms: keys, secrets, alarms and metrics. Nor the lines that Lambda writes of each
  invocation, and what the provider charges.
`;
}

function amount(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

function money(dollars: number): string {
  return dollars.toFixed(2);
}
