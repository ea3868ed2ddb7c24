import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm run safeguards`: switches off one safeguard after the other in a copy of this project, and says which tests go
 * red. One that can be switched off without a test going red is either none or not tested.
 */
interface Safeguard {
  readonly name: string;
  /** Where it stands, the line as it is, and the line without it. */
  readonly file: string;
  readonly on: string;
  readonly off: string;
}

const SAFEGUARDS: readonly Safeguard[] = [
  {
    name: "the write's condition",
    file: 'test/support/memory-rooms.ts',
    on: 'if ((rows.get(room.key)?.revision ?? 0) !== room.revision) {',
    off: 'if (Date.now() < 0) {',
  },
  {
    name: "the write's condition in the table",
    file: 'functions/adapters/rooms-table.ts',
    on: "ConditionExpression: 'revision = :revision',",
    off: "ConditionExpression: 'revision = :revision OR attribute_exists(roomKey)',",
  },
  {
    name: 'the claim is completed by its owner alone',
    file: 'functions/rooms/claim.ts',
    on: 'if (found?.claim?.owner === room.claim.owner) return keeping.rooms.write(outcome(found));',
    off: 'if (found) return keeping.rooms.write(outcome(found));',
  },
  {
    name: 'the lease keeps other workers out',
    file: 'functions/rooms/claim.ts',
    on: 'if (left > 0) throw new ClaimHeldError(room.key, left);',
    off: 'void left;',
  },
  {
    name: 'an attempt without an answer leaves its claim',
    file: 'functions/rooms/record.ts',
    on: '? { claim: { ...room.claim, leaseUntil: now } }',
    off: "? { claim: undefined, state: restState(room) ?? 'opening' }",
  },
  {
    name: 'the look-up before another create',
    file: 'functions/rooms/finish.ts',
    on: 'await keeping.pool.provider(claim.application).find(token, since);',
    off: '[token].flatMap((): ProviderRoom[] => []);',
  },
  {
    name: 'the loser gives up its room',
    file: 'functions/rooms/claim.ts',
    on: 'await keeping.rooms.write(givenUp(found, made, room.claim.generation, keeping.now()));',
    off: 'void givenUp;',
  },
  {
    name: 'what is given up is not adopted',
    file: 'functions/rooms/claim.ts',
    on: 'if (found?.retirees.some(({ id }) => id === made?.id)) throw lost(room);',
    off: '',
  },
  {
    name: 'the row keeps what the bus was not told',
    file: 'functions/rooms/record.ts',
    on: 'unannounced: claim.announcement,',
    off: '',
  },
  {
    name: 'the announcement comes before it is ticked off',
    file: 'functions/rooms/settle.ts',
    on: 'if (room.unannounced) await events.announce(room, room.unannounced);',
    off:
      'if (room.unannounced) { const { unannounced } = room; room = await rooms.write({ ...room, unannounced: undefined }); ' +
      'await events.announce(room, unannounced); }',
  },
  {
    name: 'the announcement comes before a room is ended',
    file: 'functions/rooms/settle.ts',
    on: 'if (room.unannounced) await events.announce(room, room.unannounced);',
    off:
      'await Promise.allSettled(room.retirees.map((retiree) => retire(retiree, keeping)));' +
      'if (room.unannounced) await events.announce(room, room.unannounced);',
  },
  {
    name: 'whatever was left is told before new work',
    file: 'functions/rooms/finish.ts',
    on: 'const settledRoom = await settle(room, keeping);',
    off: 'const settledRoom = room;',
  },
  {
    name: 'older news is known for what it is',
    file: 'functions/rooms/sequence.ts',
    on: "if (seen === undefined || seen < sequence.value) return 'new';",
    off: "return 'new';",
  },
  {
    name: 'a room in the making is no orphan',
    file: 'functions/rooms/ledger.ts',
    on: 'createdAt <= now() - GRACE && expiresAt > endsSoon',
    off: 'expiresAt > endsSoon && createdAt < expiresAt',
  },
  {
    name: "a claim's room is its finisher's",
    file: 'functions/rooms/ledger.ts',
    on: 'if (claim) spareClaimed(',
    off: 'if (claim && deployment === key) spareClaimed(',
  },
  {
    name: 'a message of a key does not overtake another',
    file: 'functions/runtime/worker.ts',
    on: 'if (back !== undefined) throw new BehindAnotherError(key, back);',
    off: 'void BehindAnotherError;',
  },
];

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const TESTS = ['test/rooms', 'test/runtime', 'test/adapters/rooms-table.test.ts'];
/** They take long, and are about something else. */
const EXCEPT = ['test/rooms/year.test.ts', 'test/rooms/handover.test.ts'];

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
  for (const safeguard of SAFEGUARDS) {
    const red = await testWithout(safeguard);
    console.log(`${safeguard.name}: ${red.length > 0 ? red.join(', ') : 'NOTHING went red'}`);
    if (red.length === 0) process.exitCode = 1;
  }
}

/** @returns the test files that fail without it */
async function testWithout({ name, file, on, off }: Safeguard): Promise<readonly string[]> {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  if (!source.includes(on)) throw new Error(`${name}: ${file} has no "${on}" any more`);
  writeFileSync(
    path,
    source.replace(on, () => off),
  );
  try {
    return await failingTests();
  } finally {
    writeFileSync(path, source);
  }
}

async function failingTests(): Promise<readonly string[]> {
  const report = join(copy, 'report.json');
  const exclusions = EXCEPT.flatMap((file) => ['--exclude', file]);
  const vitest = join(PROJECT, 'node_modules', 'vitest', 'vitest.mjs');
  const options = ['--reporter=json', `--outputFile=${report}`];
  const run = spawn(process.execPath, [vitest, 'run', ...TESTS, ...exclusions, ...options], {
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
