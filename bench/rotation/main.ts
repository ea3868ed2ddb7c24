import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { readRotation } from '../../functions/requests/tasks/rotation.ts';
import { MINUTE, SECOND } from '../../functions/rooms/model/time.ts';
import type { Queue } from '../../local/engines/queue.ts';
import { type QueueEngine, startQueues } from '../../local/engines/queues.ts';
import type { Tables } from '../../local/engines/table-engines.ts';
import { loadTable, whenDue } from './load.ts';
import type { Invocation, InvocationReport } from './planner.ts';

/*
 * What a plan costs: the planner as it is and one that scans, over tables of different sizes with as many rooms due;
 * then a plan of very many rooms by invocations of twenty seconds.
 */

const PLANNER = new URL('./planner.ts', import.meta.url).pathname;
const RESULTS = new URL('./results.md', import.meta.url).pathname;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000,100000,1000000' },
    due: { type: 'string', default: '1000,10000' },
    handover: { type: 'string', default: '100000' },
  },
});
const numbers = (list: string) => list.split(',').map(Number);
const [sizes, dues, handover] = [numbers(values.rows), numbers(values.due), Number(values.handover)];
const invocationTime = 20 * SECOND;
/** The limit for one plan: a scan of a million rows takes the engine longer than is useful. */
const maxWait = 2 * MINUTE;

const [load = 0] = loadavg();
const directory = mkdtempSync(join(tmpdir(), 'rotation-'));
const queues = await startQueues();
const plans: string[] = [];
const handovers: string[] = [];
try {
  for (const rows of sizes) {
    console.error(`filling a table of ${rows.toLocaleString('en-US')} rooms ...`);
    const table = await loadTable(rows, directory);
    for (const due of dues.filter((count) => count <= rows)) {
      for (const way of ['index', 'scan'] as const) plans.push(await planOnce(table, rows, due, way));
    }
    if (rows === sizes.find((size) => size >= handover)) handovers.push(...(await planInTurns(table)));
    await table.stop();
  }
} finally {
  await queues.stop();
  rmSync(directory, { recursive: true, force: true });
}
const text = results();
console.log(text);
// other sizes are for experiments
if (process.argv.length === 2) {
  writeFileSync(RESULTS, text);
  console.log(`written to ${RESULTS}`);
}

async function planOnce(table: Tables, rows: number, due: number, way: Invocation['way']): Promise<string> {
  const queue = newQueue(queues, `${way}-${rows}-${due}`);
  console.error(`planning ${due.toLocaleString('en-US')} due rooms by ${way} ...`);
  const report = await run(table, queue, { now: whenDue(due), way, time: maxWait, task: '{}' });
  if (report.rest === undefined) assertEach(queue, due);
  const rate = Math.round((report.nominated / report.milliseconds) * SECOND);
  const ended = report.rest === undefined ? rate : `given up after ${maxWait / MINUTE} minutes`;
  return `| ${cells(rows, due, way, report.reads, report.readUnits)} | ${report.heap.toFixed(1)} | ${cells(ended)} |`;
}

/** Plans with short invocations, each of which continues where the previous one stopped. */
async function planInTurns(table: Tables): Promise<string[]> {
  const queue = newQueue(queues, 'handover');
  const lines: string[] = [];
  for (let task: string | undefined = '{}'; task !== undefined; ) {
    const report = await run(table, queue, {
      now: whenDue(handover),
      way: 'index',
      time: invocationTime,
      task,
    });
    const seconds = (report.milliseconds / SECOND).toFixed(1);
    const message = report.rest === undefined ? 'none' : `${Buffer.byteLength(report.rest)} bytes`;
    lines.push(
      `| ${cells(lines.length + 1, report.nominated, report.readUnits)} | ${report.heap.toFixed(1)} | ${seconds} | ${message} |`,
    );
    console.error(`planned ${report.nominated.toLocaleString('en-US')} in ${seconds} seconds ...`);
    task = report.rest;
  }
  assertEach(queue, handover);
  return lines;
}

function newQueue(engine: QueueEngine, name: string): Queue {
  return engine.create(name, `arn:aws:sqs:local:000000000000:${name}`, {});
}

async function run(
  table: Tables,
  queue: Queue,
  invocation: Omit<Invocation, 'tables' | 'queues' | 'queueUrl'>,
): Promise<InvocationReport> {
  const places = { tables: table.endpoint, queues: queues.endpoint, queueUrl: queue.url };
  const argument = JSON.stringify({ ...places, ...invocation });
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', PLANNER, argument]);
  return JSON.parse(stdout);
}

/** Asserts that every due room was nominated exactly once. */
function assertEach(queue: Queue, due: number): void {
  const keys = queue.messages().map(({ body }) => readRotation(body).order.key);
  const different = new Set(keys).size;
  if (keys.length !== due || different !== due) {
    throw new Error(`${due} rooms were due, and ${keys.length} messages name ${different} rooms`);
  }
}

function cells(...values: readonly (number | string)[]): string {
  return values
    .map((value) => (typeof value === 'number' ? value.toLocaleString('en-US') : value))
    .join(' | ');
}

function results(): string {
  const [cpu] = cpus();
  return `# What a plan costs

Written by \`npm run bench:rotation\`. Reads are DynamoDB's own read units, added up from \`ConsumedCapacity\`; they and the
memory are the same on every machine, the rates are not. Memory is what the planner holds between two rounds, garbage
not counted. \`scan\` is a planner that filters the whole table for \`dueAt <= now\` instead of reading the index; the embedded
engine pages through a scan the more slowly the larger the table is, and is given up on after a while.

${cpu?.model ?? 'an unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.versions.node}, a load average of
${load.toFixed(1)} before it began; dynoxide 1.2.1 for DynamoDB, fauxqs 2.4.1 for SQS, each on the same machine.

## One invocation

| rows | due | way | reads | read units | memory, MiB | rooms a second |
|---:|---:|---|---:|---:|---:|---:|
${plans.join('\n')}

## ${handover.toLocaleString('en-US')} due rooms, ${invocationTime / SECOND} seconds an invocation

Every room that was due has one message in the rotations queue, and no room has two.

| invocation | nominated | read units | memory, MiB | seconds | message to the successor |
|---:|---:|---:|---:|---:|---:|
${handovers.join('\n')}
`;
}
