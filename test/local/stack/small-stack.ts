import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { onTestFinished } from 'vitest';
import { type AssembledStack, readAssembly } from '../../../local/stack/assembly.ts';
import { type RunningStack, type RunOptions, runStack } from '../../../local/stack/run.ts';

/** A bundle that writes what it is given, and fails where it is told to. */
export const ECHO = `
export const handler = async (event) => {
  console.log(JSON.stringify({ heard: event.Records?.map((record) => record.body) ?? event }));
  const failed = (event.Records ?? []).filter((record) => record.body.includes('"fail"'));
  if (!event.Records && event.fail) throw new Error('told to fail');
  return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.messageId })) };
};
`;

/** A folder with a bundle, as an asset of a function. */
export function bundle(code = ECHO): string {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), code);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Synthesises a stack of a test's own, without the library's slow validation. */
export async function assemble(declare: (stack: Stack) => void): Promise<AssembledStack> {
  process.env.CDK_VALIDATION = 'false';
  const outdir = mkdtempSync(join(tmpdir(), 'assembly-'));
  onTestFinished(() => rmSync(outdir, { recursive: true }));
  const app = new App({ outdir });
  declare(new Stack(app, 'Small'));
  app.synth();
  return readAssembly(outdir);
}

export async function run(
  declare: (stack: Stack) => void,
  options: RunOptions = {},
): Promise<RunningStack & { readonly warnings: string[] }> {
  const warnings: string[] = [];
  const running = await runStack(await assemble(declare), {
    warn: (text) => warnings.push(text),
    ...options,
  });
  onTestFinished(() => running.stop());
  return { ...running, warnings };
}

/** What the functions of the small stack were given, in order. */
export function heard(stack: RunningStack): unknown[] {
  return stack.logs.flatMap(({ line }) => (line.startsWith('{"heard"') ? [JSON.parse(line).heard] : []));
}
