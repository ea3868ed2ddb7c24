import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type FunctionDefinition, LambdaFunction, type LogLine } from '../../../local/lambda/function.ts';

/** A bundle that does what its event says. */
const BUNDLE = `
const state = { calls: 0, pid: process.pid };
export async function handler(event, context) {
  state.calls++;
  if (event.log) console.log(event.log);
  if (event.throw) throw new RangeError(event.throw);
  if (event.exit) process.exit(event.exit);
  if (event.wait) await new Promise((done) => setTimeout(done, event.wait));
  for (const began = Date.now(); event.until && Date.now() < began + event.until - 1000; )
    await new Promise((done) => setTimeout(done, 5));
  if (event.Records) {
    for (const record of event.Records) if (record.body === 'crash') process.exit(1);
    const failed = event.Records.filter((record) => record.body.startsWith('bad'));
    console.log(JSON.stringify({ batch: event.Records.map((record) => record.body) }));
    if (event.Records.some((record) => record.body === 'stranger')) {
      return { batchItemFailures: [{ itemIdentifier: 'nobody' }] };
    }
    return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.messageId })) };
  }
  return {
    ...state,
    now: Date.now(),
    environment: process.env,
    request: context.awsRequestId,
    left: context.getRemainingTimeInMillis(),
  };
}
`;

export interface Fixture {
  readonly fn: LambdaFunction;
  readonly lines: LogLine[];
  /** Turns the clock of the machine that the function runs on. */
  turnClock(offset: number): void;
}

export function testFunction(overrides: Partial<FunctionDefinition> & { bundle?: string } = {}): Fixture {
  const folder = mkdtempSync(join(tmpdir(), 'function-'));
  const module = join(folder, 'index.mjs');
  writeFileSync(module, overrides.bundle ?? BUNDLE);
  const lines: LogLine[] = [];
  let clockOffset = 0;
  const fn = new LambdaFunction(
    {
      logicalId: 'Fn',
      name: 'test-fn',
      arn: 'arn:aws:lambda:local:000000000000:function:test-fn',
      module,
      handler: 'handler',
      environment: { GREETING: 'hello' },
      // only for an answer that never comes
      timeout: 60_000,
      memory: 256,
      logGroup: '/aws/lambda/test-fn',
      ...overrides,
    },
    { clockOffset: () => clockOffset, log: (line) => lines.push(line) },
  );
  onTestFinished(() => {
    fn.kill();
    rmSync(folder, { recursive: true });
  });
  return {
    fn,
    lines,
    turnClock(offset) {
      clockOffset = offset;
      fn.turnClock(offset);
    },
  };
}

export function payloadOf(outcome: Awaited<ReturnType<LambdaFunction['invoke']>>): Record<string, unknown> {
  if (!outcome.ok) throw new Error(outcome.error.errorMessage);
  return outcome.payload as Record<string, unknown>;
}
