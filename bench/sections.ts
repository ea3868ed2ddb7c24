import { readFileSync } from 'node:fs';
import { FUNCTIONS, type FunctionName, type Variant } from './bundles.ts';
import { measureBatch } from './measures/batch.ts';
import { type ColdRuns, measureCold } from './measures/cold.ts';
import { measureMemory } from './measures/memory.ts';
import { arithmeticLimit, measureRotation, NIGHT } from './measures/rotation.ts';
import { measureWarm, type WarmRuns } from './measures/warm.ts';
import { ratioOf, spreadOf } from './statistics.ts';
import { shown, table, verdict } from './tables.ts';

/** How often each thing is measured. */
export interface Effort {
  readonly coldRounds: number;
  readonly warmRounds: number;
  /** Of a round, for functions with a message for each room; the others get a tenth. */
  readonly warmMessages: number;
  readonly batchRounds: number;
  readonly nights: number;
  readonly memoryMessages: number;
}

/** What is measured, by the name that `npm run bench -- <name>` takes; each writes its part of the results. */
export const SECTIONS: Readonly<Record<string, (effort: Effort) => Promise<string>>> = {
  cold,
  warm,
  batch,
  rotation,
  planning: async () => planning(),
  memory,
};

const OTHERS = ['floor', 'floor, all calls', 'usual'] as const satisfies readonly Variant[];

async function cold({ coldRounds }: Effort): Promise<string> {
  const times: string[][] = [];
  const aims: string[] = [];
  for (const name of FUNCTIONS) {
    const runs = await measureCold(name, coldRounds);
    for (const variant of ['ours', ...OTHERS] as const) times.push(coldRow(name, variant, runs));
    const against = (other: Variant) => ratioOf(runs.ours.total, runs[other].total).median;
    aims.push(`- ${name}, of the floor ${verdict(against('floor'), 1.25, 'low')}`);
    aims.push(`- ${name}, of the usual way ${verdict(against('usual'), 0.6, 'low')}`);
  }
  const head = [
    'function',
    'bundle, KB',
    'load, ms',
    'first message, ms',
    'both, ms',
    'CPU, ms',
    'ours to this',
    'by CPU',
  ];
  return `## Cold\n\n${table(head, times)}\n\n${aims.join('\n')}\n`;
}

function coldRow(name: FunctionName, variant: Variant, runs: Record<Variant, ColdRuns>): string[] {
  const { bytes, load, first, total, cpu } = runs[variant];
  return [
    `${name}, ${variant}`,
    (bytes / 1000).toFixed(0),
    shown(spreadOf(load)),
    shown(spreadOf(first)),
    shown(spreadOf(total)),
    shown(spreadOf(cpu)),
    variant === 'ours' ? '' : shown(ratioOf(runs.ours.total, total), 2),
    variant === 'ours' ? '' : shown(ratioOf(runs.ours.cpu, cpu), 2),
  ];
}

async function warm({ warmRounds: rounds, warmMessages }: Effort): Promise<string> {
  const rows: string[][] = [];
  const aims: string[] = [];
  for (const name of FUNCTIONS) {
    const forEachRoom = name === 'create-rooms' || name === 'rotate-rooms';
    const messages = forEachRoom ? warmMessages : warmMessages / 10;
    const runs = await measureWarm(name, { rounds, messages, warmUp: 3 * messages });
    for (const variant of ['ours', ...OTHERS] as const) rows.push(warmRow(name, variant, runs));
    for (const other of ['floor', 'floor, all calls'] as const) {
      const { median } = ratioOf(runs.ours.rate, runs[other].rate);
      aims.push(`- ${name}, of the ${other} ${verdict(median, 0.8, 'high')}`);
    }
  }
  const head = ['function', 'messages/s', 'CPU, ms a message', 'ours to this', 'by CPU'];
  return `## Warm\n\n${table(head, rows)}\n\n${aims.join('\n')}\n`;
}

function warmRow(name: FunctionName, variant: Variant, runs: Record<Variant, WarmRuns>): string[] {
  const { rate, cpu } = runs[variant];
  return [
    `${name}, ${variant}`,
    shown(spreadOf(rate)),
    shown(spreadOf(cpu), 2),
    variant === 'ours' ? '' : shown(ratioOf(runs.ours.rate, rate), 2),
    variant === 'ours' ? '' : shown(ratioOf(runs.ours.cpu, cpu), 2),
  ];
}

async function batch({ batchRounds }: Effort): Promise<string> {
  const { single, ten } = await measureBatch(batchRounds);
  const ratio = ratioOf(ten, single);
  const head = ['provider of 200 ms', 'ms'];
  const rows = [
    ['one message', shown(spreadOf(single))],
    ['a batch of ten', shown(spreadOf(ten))],
  ];
  return `## A batch\n\n${table(head, rows)}\n\n- a batch, of a single message ${verdict(ratio.median, 1.3, 'low')}\n`;
}

async function rotation({ nights }: Effort): Promise<string> {
  const taken: number[] = [];
  for (let night = 0; night < nights; night += 1) taken.push(await measureRotation(NIGHT));
  const limit = arithmeticLimit(NIGHT);
  const spread = spreadOf(taken);
  const { rooms, concurrency, providerTime } = NIGHT;
  return (
    `## A rotation\n\n${rooms} rooms, a provider of ${providerTime} ms, ${concurrency} rooms at a time: ` +
    `${shown(spread)} ms, the arithmetic limit is ${limit} ms\n\n` +
    `- of the limit ${verdict(spread.median / limit, 1.15, 'low')}\n`
  );
}

const PLANNING = new URL('./rotation/results.md', import.meta.url);

/** The planner has a bench of its own, for tables that take long to fill. */
function planning(): string {
  const rows = readFileSync(PLANNING, 'utf8')
    .split('\n')
    .filter((line) => line.includes('| index |'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const [, rooms, due, , reads, units, memory, rate] = rows.at(-1) ?? [];
  return (
    `## Planning\n\n${due} due rooms of ${rooms}: ${reads} queries, ${units} read units, ${memory} MiB, ${rate} rooms a ` +
    'second (from `npm run bench:rotation`)\n'
  );
}

async function memory({ memoryMessages }: Effort): Promise<string> {
  const rows: string[][] = [];
  for (const name of FUNCTIONS) {
    const forEachRoom = name === 'create-rooms' || name === 'rotate-rooms';
    const messages = forEachRoom ? memoryMessages : memoryMessages / 10;
    const { peak, used } = await measureMemory(name, messages);
    const growth = (used.at(-1) ?? 0) - (used[0] ?? 0);
    rows.push([name, String(messages), peak.toFixed(0), (used.at(-1) ?? 0).toFixed(1), growth.toFixed(1)]);
  }
  const head = [
    'function',
    'messages',
    'peak, MB',
    'in use at the end, MB',
    'grown since a tenth of them, MB',
  ];
  return `## Memory\n\n${table(head, rows)}\n`;
}
