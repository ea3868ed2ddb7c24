import { parseArgs } from 'node:util';
import { bundleAll, bundleOf } from './bundles.ts';
import { BenchContainer } from './world/container.ts';
import { startWorld } from './world/world.ts';

const USAGE = `node bench/comparison.ts [ROOMS] [--megabytes N]

Compares an account of so many rooms (10,000) with a table of as many rows by the bundled function, in a process whose heap is
limited like that of a function with so much memory (256 MB).`;

/** The memory for which Lambda gives a whole CPU, in MB. */
const WHOLE_CPU = 1769;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    megabytes: { type: 'string', default: '256' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit();
}
const rooms = Number(positionals[0] ?? 10_000);
const megabytes = Number(values.megabytes);

/** Lambda gives a tenth of the memory to new objects, and the rest to old ones. */
const young = Math.floor(megabytes / 10);
const LIMITS = [
  `--max-semi-space-size=${Math.floor(young / 2)}`,
  `--max-old-space-size=${megabytes - young}`,
];

await bundleAll();
const world = await startWorld();
await world.seed('due-', rooms);
const container = new BenchContainer({
  bundle: bundleOf('ours', 'reconcile-rooms'),
  environment: world.environment(),
  execArgv: LIMITS,
});
await container.load();
const message = { body: '{}', from: 0, to: 1, batchSize: 1 };
const { cpu, milliseconds, memory } = await container.run(message);
console.log({
  rooms,
  'MB, at most': Math.round(memory.peak / 2 ** 20),
  'CPU, ms': Math.round(cpu),
  'CPU for a room, µs': Math.round((cpu * 1000) / rooms),
  'by the clock, ms': Math.round(milliseconds),
  [`s with ${megabytes} MB, without waiting`]: Math.round((cpu * WHOLE_CPU) / megabytes / 1000),
});
await container.stop();
await world.stop();
