import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleEach } from '../bundles.ts';
import type { ColdRuns } from '../measures/cold.ts';
import type { WarmRuns } from '../measures/warm.ts';
import { percentile, ratioOf, spreadOf } from '../statistics.ts';
import { shown, table, verdict } from '../tables.ts';
import { costPart } from './cost.ts';
import { type KnockRuns, measureKnocks } from './knocks.ts';
import { coldVisits, loggedBytes, startLinkWorld, warmVisits } from './visits.ts';

const RESULTS = fileURLToPath(new URL('./results.md', import.meta.url));

const USAGE = `npm run bench:links -- [--quick]

Measures the public function of links, cold and warm, against the least code that does the same and against the usual
way, and the time from a knock to the redirect in the whole stack, and computes what a million visits cost. Writes
bench/links/results.md.

  --quick   few rounds, and nothing is written: to see whether it works, not to believe the figures`;

const FULL = { coldRounds: 21, warmRounds: 15, visits: 500, knocks: 100 };
const QUICK = { coldRounds: 3, warmRounds: 3, visits: 50, knocks: 5 };

/** The limit for the page on a phone: what a person experiences as one step. */
const SECOND = 1000;

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});
if (values.help) {
  console.log(USAGE);
  process.exit();
}
const effort = values.quick ? QUICK : FULL;
const [before = 0] = loadavg();
await bundleEach('open-room');
const world = await startLinkWorld();
console.error('measuring cold visits ...');
const cold = await coldVisits(world, effort.coldRounds);
console.error('measuring warm visits ...');
const warm = await warmVisits(world, { rounds: effort.warmRounds, messages: effort.visits });
const logged = await loggedBytes(world);
await world.stop();
console.error('measuring knocks ...');
const knocks = await measureKnocks(effort.knocks);
const cost = { cpu: spreadOf(warm[0].cpu).median, logged };
const text = [heading(), coldPart(cold), warmPart(warm), knocksPart(knocks), costPart(cost)].join('\n');
console.log(text);
if (!values.quick) {
  writeFileSync(RESULTS, text);
  console.log(`written to ${RESULTS}`);
}

function heading(): string {
  const [cpu] = cpus();
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const [after = 0] = loadavg();
  return `# Links

Written by \`npm run bench:links\`. Every figure is a median, and in parentheses lies the middle half of all rounds. The
variants take turns, and a ratio compares one round. So the ratios hold on a busy machine; times are upper limits there. The floor is
a bare handler with one GetItem of the SDK, bundled as ours. The usual way is middy with Powertools and the document client.

- ${cpu?.model.trim()}, ${cpus().length} cores; load ${before.toFixed(1)} at the beginning and ${after.toFixed(1)} at the end
- Node ${process.version}; ${effort.coldRounds} cold rounds, ${effort.warmRounds} warm rounds of ${effort.visits} visits
- commit ${commit}, ${new Date().toISOString().slice(0, 10)}
`;
}

function coldPart([ours, ...others]: readonly [ColdRuns, ...ColdRuns[]]): string {
  const rows = [ours, ...others].map((runs) => [
    runs.variant,
    (runs.bytes / 1000).toFixed(0),
    shown(spreadOf(runs.load)),
    shown(spreadOf(runs.first)),
    shown(spreadOf(runs.total)),
    shown(spreadOf(runs.cpu)),
    runs === ours ? '' : shown(ratioOf(ours.total, runs.total), 2),
    runs === ours ? '' : shown(ratioOf(ours.cpu, runs.cpu), 2),
  ]);
  const head = [
    '',
    'bundle, KB',
    'load, ms',
    'first visit, ms',
    'both, ms',
    'CPU, ms',
    'ours to this',
    'by CPU',
  ];
  const [floor] = others;
  const ratio = ratioOf(ours.total, floor?.total ?? []).median;
  return (
    `## A cold visit\n\n${table(head, rows)}\n\n- of the floor: ${verdict(ratio, 1.3, 'low')}\n` +
    `- bundle, KB: ${verdict(ours.bytes / 1000, 200, 'low')}\n`
  );
}

function warmPart([ours, ...others]: readonly [WarmRuns, ...WarmRuns[]]): string {
  const rows = [ours, ...others].map((runs) => [
    runs.variant,
    shown(spreadOf(runs.rate)),
    shown(spreadOf(runs.cpu), 2),
    runs === ours ? '' : shown(ratioOf(ours.rate, runs.rate), 2),
    runs === ours ? '' : shown(ratioOf(ours.cpu, runs.cpu), 2),
  ]);
  const head = ['', 'visits/s', 'CPU, ms a visit', 'ours to this', 'by CPU'];
  return `## Warm visits\n\nOne visit after the other in one process.\n\n${table(head, rows)}\n`;
}

function knocksPart({ open, entered }: KnockRuns): string {
  const row = (name: string, all: readonly number[]) => [
    name,
    ...[0.5, 0.9, 0.99, 1].map((share) => percentile(all, share).toFixed(0)),
  ];
  const head = [`${open.length} knocks each, ms`, 'median', '90 %', '99 %', 'longest'];
  const rows = [row('until the link leads to the room', open), row('until the page is led there', entered)];
  return (
    '## From a knock to the redirect\n\nThe whole stack on this machine, warm: the public function, the queue, the worker, a ' +
    'provider that takes 200 ms for a room, both tables. The page looks every 300 ms at first.\n\n' +
    `${table(head, rows)}\n\n- median until the page is led there, s: ` +
    `${verdict(percentile(entered, 0.5) / SECOND, 1, 'low')}\n` +
    `- 90 %, s: ${verdict(percentile(entered, 0.9) / SECOND, 1, 'low')}\n`
  );
}
