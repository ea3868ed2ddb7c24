import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleCommand } from '../../bin/build.ts';
import { MINUTE } from '../../functions/rooms/model/time.ts';
import { loadTable, whenDue } from '../rotation/load.ts';
import { table } from '../tables.ts';
import { run } from './run.ts';
import { startService } from './service.ts';

const USAGE = `npm run bench:command -- [--rows 1000000] [--whole 1000000]

Runs the operator's command over a table of so many rooms, in processes of their own, against an embedded DynamoDB on
this machine, and writes bench/command/results.md, unless there are fewer than 100,000.

  --whole   rooms of the table for commands that read all of it, which take long`;

const MILLION = '1000000';
/** With fewer rooms it is to see whether it works, not to believe the figures. */
const FEW = 100_000;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: MILLION },
    whole: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const rows = Number(values.rows);
const whole = Number(values.whole ?? values.rows);

/** A command, and what it may take: milliseconds to its first line, and MB. */
interface Limited {
  readonly argv: readonly string[];
  readonly first?: number;
  readonly peak?: number;
}

/** Rooms that are due within the time that --due names. */
const DUE = Math.min(1000, rows);

const OF_A_PART: readonly Limited[] = [
  { argv: ['list', '--limit', '50'], first: 1000 },
  { argv: ['list', '--due', `${Math.ceil((whenDue(DUE) - Date.now()) / MINUTE)}m`] },
  { argv: ['list', '--failing'] },
  { argv: ['list', '--emergency'] },
  { argv: ['plan'] },
];

const OF_ALL: readonly Limited[] = [
  { argv: ['list', '--json'], first: 1000, peak: 150 },
  { argv: ['export'], first: 1000, peak: 150 },
];

const folder = mkdtempSync(join(tmpdir(), 'bench-command-'));
try {
  const program = join(folder, 'evergreen-rooms.mjs');
  await bundleCommand(program);
  const text = resultsOf([
    ...(await over(rows, OF_A_PART, program)),
    ...(await over(whole, OF_ALL, program)),
  ]);
  console.log(text);
  if (Math.min(rows, whole) >= FEW)
    writeFileSync(fileURLToPath(new URL('./results.md', import.meta.url)), text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs commands over a table of so many rooms. @returns a row of the results for each */
async function over(count: number, commands: readonly Limited[], program: string): Promise<string[][]> {
  console.error(`loading ${count.toLocaleString('en')} rooms ...`);
  const tables = await loadTable(count, folder);
  const service = await startService(tables.endpoint);
  const found: string[][] = [];
  for (const { argv, first, peak } of commands) {
    console.error(`running ${argv.join(' ')} ...`);
    service.take();
    const ran = await run(argv, { program, endpoint: service.endpoint });
    if (ran.exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${ran.exitCode}: ${ran.err}`);
    const { calls, bytes } = service.take();
    found.push([
      `\`${argv.join(' ')}\``,
      count.toLocaleString('en'),
      `${ran.lines === 0 ? '-' : Math.round(ran.first)}${limit(first)}`,
      (ran.total / 1000).toFixed(1),
      `${Math.round(ran.peak)}${limit(peak)}`,
      ran.lines.toLocaleString('en'),
      Object.entries(calls)
        .map(([what, times]) => `${what} ${times.toLocaleString('en')}`)
        .join(', '),
      (bytes / 1e6).toFixed(1),
    ]);
  }
  await service.stop();
  await tables.stop();
  return found;
}

function limit(most: number | undefined): string {
  return most === undefined ? '' : ` (${most})`;
}

function resultsOf(lines: readonly string[][]): string {
  const heads = [
    'command',
    'rooms',
    'first line, ms',
    'all, s',
    'memory at its peak, MB',
    'lines',
    'calls',
    'MB read',
  ];
  return `# The operator's command over large tables

${table(heads, lines)}

In brackets is the limit. A call of the \`table\` is a page of a scan, one of the \`index\` a page of the index of rooms that are due.
Time counts from the start of the process, with its output into a pipe.

Node.js ${process.version}, ${platform()} ${arch()}, ${cpus().length} processors of ${cpus()[0]?.model}, with a load of ${loadavg()[0]?.toFixed(1)} at the end.
The table is an embedded DynamoDB on the same machine.
`;
}
