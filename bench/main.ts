import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleAll } from './bundles.ts';
import { type Effort, SECTIONS } from './sections.ts';

const RESULTS = fileURLToPath(new URL('./results.md', import.meta.url));

const USAGE = `npm run bench -- [${Object.keys(SECTIONS).join('] [')}] [--quick]

Measures the functions against the least code that does the same and against the usual way, and writes
bench/results.md. With names only these parts are measured, and nothing is written.

  --quick   few rounds, and nothing is written: to see whether it works, not to believe the figures`;

const FULL: Effort = {
  coldRounds: 11,
  warmRounds: 7,
  warmMessages: 200,
  batchRounds: 11,
  nights: 3,
  memoryMessages: 10_000,
};

const QUICK: Effort = {
  coldRounds: 3,
  warmRounds: 3,
  warmMessages: 50,
  batchRounds: 3,
  nights: 1,
  memoryMessages: 1000,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});
const unknown = positionals.find((name) => !(name in SECTIONS));
if (values.help || unknown !== undefined) {
  console.log(unknown === undefined ? USAGE : `there is no part ${unknown}\n\n${USAGE}`);
  process.exit(unknown === undefined ? 0 : 1);
}

const names = positionals.length > 0 ? positionals : Object.keys(SECTIONS);
const effort = values.quick ? QUICK : FULL;
const load = loadavg()[0] ?? 0;
await bundleAll();
const parts: string[] = [];
for (const name of names) {
  const part = await SECTIONS[name]?.(effort);
  if (part === undefined) continue;
  parts.push(part);
  console.log(`${part}\n`);
}
if (positionals.length === 0 && !values.quick) {
  writeFileSync(RESULTS, [heading(), ...parts].join('\n'));
  console.log(`written to ${RESULTS}`);
}

function heading(): string {
  const [cpu] = cpus();
  const machine = `${cpu?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()} ${arch()}`;
  const versions = [
    'client-dynamodb',
    'lib-dynamodb',
    'client-eventbridge',
    'client-sqs',
    'client-secrets-manager',
  ].map((name) => `${name} ${versionOf(`@aws-sdk/${name}`)}`);
  const usual = ['@middy/core', '@aws-lambda-powertools/logger', 'jsonwebtoken', 'zod'].map(
    (name) => `${name} ${versionOf(name)}`,
  );
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  return `# What the functions cost

Written by \`npm run bench\`. Every figure is a median, and in parentheses lies the middle half of all rounds. A ratio
compares what was taken in the same round, one after the other, so that it holds on a busy machine as well; the times do
not. What the floor and the usual way are is written beside them, in [floor](floor/README.md) and [usual](usual/README.md);
why an aim is missed, in [what did not make the functions faster](../docs/decisions/0017-what-did-not-make-the-functions-faster.md).

- ${machine}; load ${load.toFixed(1)} at the beginning and ${(loadavg()[0] ?? 0).toFixed(1)} at the end
- Node ${process.version}; AWS SDK: ${versions.join(', ')}
- the usual way: ${usual.join(', ')}
- commit ${commit}, ${new Date().toISOString().slice(0, 10)}
`;
}

function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).version;
}
