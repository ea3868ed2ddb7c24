import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SAFEGUARDS, switchedOff } from './list.ts';
import type { Safeguard } from './safeguard.ts';

/**
 * `npm run safeguards [-- WORDS]`: switches off one safeguard after the other in a copy of this project, and
 * prints which tests fail. If no test fails without a safeguard, the safeguard is either useless or not
 * tested. With words, it covers only safeguards whose names contain them.
 */

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const TABLES = ['rooms', 'links'].map((table) => `test/adapters/tables/${table}-table.test.ts`);
const TESTS = ['test/rooms', 'test/middleware', 'test/runtime', ...TABLES];
/** These take long and test other things. */
const EXCEPT = ['test/rooms/campaigns/year.test.ts', 'test/rooms/campaigns/handover.test.ts'];

const copy = mkdtempSync(join(tmpdir(), 'safeguards-'));
try {
  await main();
} finally {
  rmSync(copy, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: PROJECT, encoding: 'utf8' }).split('\0');
  for (const file of files.filter(Boolean))
    cpSync(join(PROJECT, file), join(copy, file), { recursive: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
  const words = process.argv.slice(2).join(' ');
  for (const safeguard of SAFEGUARDS.filter(({ name }) => name.includes(words))) {
    const red = await testWithout(safeguard);
    console.log(`${safeguard.name}: ${red.length > 0 ? red.join(', ') : 'NOTHING went red'}`);
    if (red.length === 0) process.exitCode = 1;
  }
}

/** @returns the test files that fail without it */
async function testWithout(safeguard: Safeguard): Promise<readonly string[]> {
  const path = join(copy, safeguard.file);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, switchedOff(source, safeguard));
  try {
    return await failingTests(safeguard.tests ?? TESTS);
  } finally {
    writeFileSync(path, source);
  }
}

async function failingTests(tests: readonly string[]): Promise<readonly string[]> {
  const report = join(copy, 'report.json');
  const exclusions = EXCEPT.flatMap((file) => ['--exclude', file]);
  const vitest = join(PROJECT, 'node_modules', 'vitest', 'vitest.mjs');
  const options = ['--reporter=json', `--outputFile=${report}`];
  const run = spawn(process.execPath, [vitest, 'run', ...tests, ...exclusions, ...options], {
    cwd: copy,
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
    stdio: 'ignore',
  });
  await new Promise((ended) => run.on('close', ended));
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: { name: string; status: string }[];
  };
  return testResults
    .filter(({ status }) => status === 'failed')
    .map(({ name }) => name.slice(name.lastIndexOf('/test/') + 1));
}
