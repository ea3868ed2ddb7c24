import { readFileSync } from 'node:fs';
import { FUNCTIONS, type FunctionName, type Variant } from './bundles.ts';
import { measureBatch } from './measures/batch.ts';
import { type ColdRuns, measureCold } from './measures/cold.ts';
import { measureMemory } from './measures/memory.ts';
import { arithmeticLimit, cpuAtLimit, measureRotation, NIGHT, type NightRun } from './measures/rotation.ts';
import { measureWarm, type WarmRuns } from './measures/warm.ts';
import { ratioOf, spreadOf } from './statistics.ts';
import { shown, table, verdict } from './tables.ts';
import { ALL_ROOMS, isPerRoom } from './work.ts';

/** How often each thing is measured. */
export interface Effort {
  readonly coldRounds: number;
  readonly warmRounds: number;
  /** Messages in a round, for functions with a message for each room; the others get a tenth. */
  readonly warmMessages: number;
  readonly batchRounds: number;
  readonly nights: number;
  readonly memoryMessages: number;
}

/** The sections by the name in `npm run bench -- <name>`; each writes its part of the results. */
export const SECTIONS: Readonly<Record<string, (effort: Effort) => Promise<string>>> = {
  cold,
  warm,
  batch,
  rotation,
  planning: async () => planning(),
  links: async () => links(),
  memory,
};

/** Reports progress on standard error, because standard output has only the tables. */
function begin(part: string, what: string): void {
  console.error(`measuring ${part}: ${what} ...`);
}

async function cold({ coldRounds }: Effort): Promise<string> {
  const rows: string[][] = [];
  const aims: string[] = [];
  for (const name of FUNCTIONS) {
    begin('cold', name);
    // ours is measured always
    const [ours, ...others] = (await measureCold(name, coldRounds)) as [ColdRuns, ...ColdRuns[]];
    for (const runs of [ours, ...others]) rows.push(coldRow(name, runs, ours));
    for (const { variant, total } of others) {
      const aim = COLD_AIMS[variant];
      if (aim === undefined) continue;
      aims.push(`- ${name}, of the ${variant}: ${verdict(ratioOf(ours.total, total).median, aim, 'low')}`);
    }
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
  return `## Cold\n\n${table(head, rows)}\n\n${aims.join('\n')}\n`;
}

const COLD_AIMS: Readonly<Partial<Record<Variant, number>>> = { floor: 1.25, 'usual way': 0.6 };

const WARM_AIMS: Readonly<Partial<Record<Variant, number>>> = { floor: 0.8, 'floor, all calls': 0.9 };

function coldRow(name: FunctionName, runs: ColdRuns, ours: ColdRuns): string[] {
  return [
    `${name}, ${runs.variant}`,
    (runs.bytes / 1000).toFixed(0),
    shown(spreadOf(runs.load)),
    shown(spreadOf(runs.first)),
    shown(spreadOf(runs.total)),
    shown(spreadOf(runs.cpu)),
    runs === ours ? '' : shown(ratioOf(ours.total, runs.total), 2),
    runs === ours ? '' : shown(ratioOf(ours.cpu, runs.cpu), 2),
  ];
}

async function warm({ warmRounds: rounds, warmMessages }: Effort): Promise<string> {
  const rows: string[][] = [];
  const aims: string[] = [];
  for (const name of FUNCTIONS) {
    begin('warm', name);
    const messages = isPerRoom(name) ? warmMessages : warmMessages / 10;
    // ours is measured always
    const [ours, ...others] = (await measureWarm(name, { rounds, messages })) as [WarmRuns, ...WarmRuns[]];
    for (const runs of [ours, ...others]) rows.push(warmRow(name, runs, ours));
    for (const { variant, rate } of others) {
      const aim = WARM_AIMS[variant];
      if (aim === undefined) continue;
      aims.push(`- ${name}, of the ${variant}: ${verdict(ratioOf(ours.rate, rate).median, aim, 'high')}`);
    }
  }
  const head = ['function', 'messages/s', 'CPU, ms a message', 'ours to this', 'by CPU'];
  return `## Warm\n\n${table(head, rows)}\n\n${aims.join('\n')}\n`;
}

function warmRow(name: FunctionName, runs: WarmRuns, ours: WarmRuns): string[] {
  return [
    `${name}, ${runs.variant}`,
    shown(spreadOf(runs.rate)),
    shown(spreadOf(runs.cpu), 2),
    runs === ours ? '' : shown(ratioOf(ours.rate, runs.rate), 2),
    runs === ours ? '' : shown(ratioOf(ours.cpu, runs.cpu), 2),
  ];
}

async function batch({ batchRounds }: Effort): Promise<string> {
  begin('batch', 'create-rooms');
  const { single, ten } = await measureBatch(batchRounds);
  const ratio = ratioOf(ten, single);
  const head = ['provider of 200 ms', 'ms'];
  const rows = [
    ['one message', shown(spreadOf(single))],
    ['a batch of ten', shown(spreadOf(ten))],
  ];
  return `## A batch\n\n${table(head, rows)}\n\n- a batch, of a single message: ${verdict(ratio.median, 1.3, 'low')}\n`;
}

async function rotation({ nights }: Effort): Promise<string> {
  const variants = ['ours', 'floor', 'floor, all calls', 'usual way'] as const;
  const runs = new Map<Variant, NightRun[]>(variants.map((variant) => [variant, []]));
  for (let night = 0; night < nights; night += 1) {
    for (const [variant, done] of runs) {
      begin(`rotation ${night + 1} of ${nights}`, variant);
      done.push(await measureRotation(variant, NIGHT));
    }
  }
  const limit = arithmeticLimit(NIGHT);
  const times = (variant: Variant) => runs.get(variant)?.map(({ milliseconds }) => milliseconds) ?? [];
  const rows = [...runs].map(([variant, done]) => [
    variant,
    shown(spreadOf(times(variant))),
    (spreadOf(times(variant)).median / limit).toFixed(2),
    shown(spreadOf(done.map(({ cpu }) => cpu)), 1),
    shown(spreadOf(done.map(({ machine }) => machine)), 1),
    variant === 'ours' ? '' : shown(ratioOf(times('ours'), times(variant)), 2),
  ]);
  const head = ['1,000 rooms', 'ms', 'of the limit', 'CPU, ms a room', 'with all else', 'ours to this'];
  const { concurrency, providerTime } = NIGHT;
  const aim = verdict(spreadOf(times('ours')).median / limit, 1.15, 'low');
  return (
    `## A rotation\n\nA provider of ${providerTime} ms, ${concurrency} containers with a room at a time each: ` +
    `the arithmetic limit is ${limit} ms. It leaves ${cpuAtLimit(NIGHT)} ms of this machine's CPU for a room, ` +
    'for the function and, if nothing else runs here, for the provider, the tables and the bus.\n\n' +
    `${table(head, rows)}\n\n- of the limit: ${aim}\n`
  );
}

const PLANNING = new URL('./rotation/results.md', import.meta.url);

/** The planner has a benchmark of its own, for tables that take long to fill. */
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

const LINKS = new URL('./links/results.md', import.meta.url);

/** The public function has a benchmark of its own, because no queue feeds it. */
function links(): string {
  const [, ...parts] = readFileSync(LINKS, 'utf8').split('\n## ');
  const text = parts
    .map((part) => `### ${part.trim()}\n`)
    .join('\n')
    .replaceAll('](../', '](');
  return `## Links\n\nFrom \`npm run bench:links\`, in [links/results.md](links/results.md).\n\n${text}`;
}

/**
 * The limit of the memory at the end divided by the memory after a tenth: more than noise would be a leak.
 */
const FLAT = 1.1;

async function memory({ memoryMessages }: Effort): Promise<string> {
  const rows: string[][] = [];
  const aims: string[] = [];
  for (const name of FUNCTIONS) {
    begin('memory', name);
    // a message of the other functions is about all rooms
    const messages = isPerRoom(name) ? memoryMessages : memoryMessages / 10;
    const { peak, used } = await measureMemory(name, messages);
    const [first = 0, last = 0] = [used[0], used.at(-1)];
    rows.push([
      name,
      String(messages),
      String(messages * (isPerRoom(name) ? 1 : ALL_ROOMS)),
      peak.toFixed(0),
      first.toFixed(1),
      last.toFixed(1),
    ]);
    aims.push(`- ${name}, in use at the end, of after a tenth: ${verdict(last / first, FLAT, 'low')}`);
  }
  const head = [
    'function',
    'messages',
    'rooms',
    'peak, MB',
    'in use after a tenth, MB',
    'in use at the end, MB',
  ];
  return `## Memory\n\n${table(head, rows)}\n\n${aims.join('\n')}\n`;
}
