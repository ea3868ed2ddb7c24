import { bundleOf, type FunctionName, SETTINGS, type Variant } from '../bundles.ts';
import { Assignments, isPerRoom } from '../work.ts';
import { BenchContainer } from '../world/container.ts';
import { type Recorder, startRecorder } from '../world/recorder.ts';
import { type BenchWorld, startWorld } from '../world/world.ts';
import type { Usage } from './bill.ts';
import { type StoredBytes, storedBytes } from './stored-bytes.ts';

/** The duration of a provider's call, in milliseconds. */
const PROVIDER_TIME = 200;

/** The memory in MB for which Lambda gives a whole CPU; less memory gives proportionally less. */
const WHOLE_CPU = 1769;

/** The share of requests for which the tracer sends a trace, by X-Ray's default. */
const TRACED = 0.05;

/** How long the stack's bus keeps its events, in months: 90 days. */
const ARCHIVE_MONTHS = (90 / 365) * 12;

/** Time is measured so often, and the shortest counts: other work of the machine only adds to it. */
const TIMED_ROUNDS = 3;

const WARM_UP = 200;
const MESSAGES = 200;

/** The rooms of one account, if a message is about all of them. */
export const ACCOUNT = 950;

/** What one room uses in a function, by AWS's items. */
export interface RoomUsage {
  readonly usage: Usage;
  /** The bytes in the rooms table after this function. */
  readonly stored: StoredBytes;
}

/**
 * Runs a warm function in full batches: once through a recorder that counts the traffic, and once without it
 * to measure the time. The provider has a realistic duration. CPU time is scaled to the configured memory.
 */
export async function measureRoom(
  variant: Variant,
  name: FunctionName,
  megabytes: number,
): Promise<RoomUsage> {
  const world = await startWorld({ engine: 'dynoxide' });
  const recorder = await startRecorder(world);
  const work = new Assignments(name, world);
  await work.prepare(2 * WARM_UP + (1 + TIMED_ROUNDS) * MESSAGES, ACCOUNT);
  const [warmUp, messages] = isPerRoom(name) ? [WARM_UP, MESSAGES] : [3, 5];
  const rooms = isPerRoom(name) ? messages : messages * ACCOUNT;
  const wire = await onTheWire({ variant, name, world, recorder, work, warmUp, messages });
  const time = await timed({ variant, name, world, work, warmUp, messages, megabytes });
  const stored = await storedBytes(world.endpoints.tables, world.environment().ROOMS_TABLE ?? '');
  await recorder.stop();
  await world.stop();
  const all = { ...wire, ...time };
  const usage = Object.fromEntries(Object.entries(all).map(([item, amount]) => [item, amount / rooms]));
  return { usage, stored };
}

interface Run {
  readonly variant: Variant;
  readonly name: FunctionName;
  readonly world: BenchWorld;
  readonly work: Assignments;
  readonly warmUp: number;
  readonly messages: number;
}

async function onTheWire({ recorder, ...run }: Run & { readonly recorder: Recorder }): Promise<Usage> {
  const { world, work, variant, warmUp, messages } = run;
  const container = await open(run, world.environment(recorder.endpoints));
  await container.run(work.take(warmUp));
  recorder.clear();
  const before = container.logged();
  await container.run(work.take(messages));
  const logged = container.logged() - before;
  await container.stop();
  const amounts = [...recorder.operations];
  const units = (...names: string[]) =>
    amounts.reduce((sum, [name, { units }]) => sum + (names.includes(name) ? units : 0), 0);
  const bytes = (name: string) => recorder.operations.get(name)?.bytes ?? 0;
  const calls = (pattern: RegExp) =>
    amounts.reduce((sum, [name, { calls }]) => sum + (pattern.test(name) ? calls : 0), 0);
  const archivedGigabytes = variant === 'ours' ? bytes('PutEvents') / 1e9 : 0;
  return {
    writeUnits: units('PutItem', 'UpdateItem', 'DeleteItem'),
    readUnits: units('GetItem', 'Query', 'Scan'),
    events: calls(/^PutEvents$/),
    archivedGigabytes,
    archivedGigabyteMonths: archivedGigabytes * ARCHIVE_MONTHS,
    secretReads: calls(/^GetSecretValue$/),
    // each message is received and deleted with the others of its batch
    queueRequests: calls(/^SendMessage/) + 2 * invocationsOf(run),
    logGigabytes: logged / 1e9,
    traces: variant === 'usual way' ? TRACED * invocationsOf(run) : 0,
  };
}

async function timed(run: Run & { readonly megabytes: number }): Promise<Usage> {
  const { world, work, warmUp, messages, megabytes } = run;
  const container = await open(run, world.environment());
  await container.run(work.take(warmUp));
  world.provider.faults.add({ fault: 'delay', delay: PROVIDER_TIME, times: 'always' });
  let billed = Number.POSITIVE_INFINITY;
  for (let round = 0; round < TIMED_ROUNDS; round += 1) {
    const { milliseconds, cpu } = await container.run(work.take(messages));
    const waited = Math.max(0, milliseconds - cpu);
    billed = Math.min(billed, waited + cpu * Math.max(1, WHOLE_CPU / megabytes));
  }
  await container.stop();
  return {
    invocations: invocationsOf(run),
    gigabyteSeconds: ((billed / 1000) * megabytes) / 1024,
  };
}

function invocationsOf({ work, messages }: Run): number {
  return Math.ceil(messages / work.batchSize);
}

async function open({ variant, name }: Run, environment: Record<string, string>): Promise<BenchContainer> {
  const container = new BenchContainer({
    bundle: bundleOf(variant, name),
    environment: { ...environment, ...SETTINGS[variant] },
  });
  await container.load();
  return container;
}
