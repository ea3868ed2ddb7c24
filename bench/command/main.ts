import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleCommand } from '../../bin/build.ts';
import { MINUTE } from '../../functions/rooms/model/time.ts';
import { loadTable, whenDue } from '../rotation/load.ts';
import { table } from '../tables.ts';
import { type Click, clickThrough } from './console.ts';
import { type Place, run } from './run.ts';
import { type Asked, type Service, startService } from './service.ts';

const USAGE = `npm run bench:command -- [--rows 1000000] [--whole 1000000] [--first]

Runs the operator's command over a table of so many rooms, in processes of their own, against an embedded DynamoDB on
this machine, and writes bench/command/results.md, unless there are fewer than 100,000.

  --whole   rooms of the table for commands that read all of it, which take long
  --first   ends each command at its first line, and writes only those times: for a quiet machine, in minutes`;

const MILLION = '1000000';
const FIRST_PAGE = /was there after \d+ ms/;
const TIME = 'Time counts from the start of the process, with its output into a pipe';
/** With fewer rooms it is to see whether it works, not to believe the figures. */
const FEW = 100_000;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: MILLION },
    whole: { type: 'string' },
    first: { type: 'boolean', default: false },
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

/** What the console may take: milliseconds to its first page, and MB. */
const OF_CONSOLE = { first: 1000, peak: 150 };

const folder = mkdtempSync(join(tmpdir(), 'bench-command-'));
try {
  const program = join(folder, 'evergreen-rooms.mjs');
  await bundleCommand(program);
  const commands: string[][] = [];
  let pages = '';
  for (const [count, works] of partsOf()) {
    console.error(`loading ${count.toLocaleString('en')} rooms ...`);
    const tables = await loadTable(count, folder);
    const service = await startService(tables.endpoint);
    const place = { program, endpoint: service.endpoint };
    for (const work of works) commands.push(await commandRow(work, count, place, service));
    if (count === whole) pages = await consoleText(count, place, service);
    await service.stop();
    await tables.stop();
  }
  const results = fileURLToPath(new URL('./results.md', import.meta.url));
  const text = values.first
    ? withFirstLines(readFileSync(results, 'utf8'), commands, pages)
    : resultsOf(commands, pages);
  console.log(text);
  if (Math.min(rows, whole) >= FEW) writeFileSync(results, text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Returns how many rooms the commands get: a table of a million takes minutes to load, and one is enough. */
function partsOf(): readonly (readonly [count: number, commands: readonly Limited[]])[] {
  if (rows === whole) return [[rows, [...OF_A_PART, ...OF_ALL]]];
  return [
    [rows, OF_A_PART],
    [whole, OF_ALL],
  ];
}

/** Runs a command over so many rooms. @returns its row of the results */
async function commandRow(
  { argv, first, peak }: Limited,
  count: number,
  place: Place,
  service: Service,
): Promise<string[]> {
  console.error(`running ${argv.join(' ')} ...`);
  service.take();
  const ran = await run(argv, place, values.first);
  if (ran.exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${ran.exitCode}: ${ran.err}`);
  return [
    `\`${argv.join(' ')}\``,
    count.toLocaleString('en'),
    `${ran.lines === 0 ? '-' : Math.round(ran.first)}${limit(first)}`,
    (ran.total / 1000).toFixed(1),
    `${Math.round(ran.peak)}${limit(peak)}`,
    ran.lines.toLocaleString('en'),
    ...askedCells(service.take()),
  ];
}

/** Clicks through the console over so many rooms. @returns its part of the results */
async function consoleText(count: number, place: Place, service: Service): Promise<string> {
  console.error('clicking through the console ...');
  const { first, clicks, counted, peak } = await clickThrough(place, service, values.first);
  const heads = ['page', 'while it counts, ms', 'afterwards, ms', 'calls', 'MB read'];
  return `## The console

The first page of the console over ${count.toLocaleString('en')} rooms was there after ${Math.round(first)} ms${limit(OF_CONSOLE.first)}. It counted the table in ${counted.toFixed(0)} s,
while its pages were clicked, and took ${Math.round(peak)} MB${limit(OF_CONSOLE.peak)} at its peak.

${table(heads, clicks.map(clickCells))}

Of five clicks on a page, the middle one. The calls are those of one click; a call of a \`row\` is a read of one key.`;
}

function clickCells({ page, during, after, asked }: Click): string[] {
  return [page, String(Math.round(during)), String(Math.round(after)), ...askedCells(asked)];
}

function askedCells({ calls, bytes }: Asked): string[] {
  const each = Object.entries(calls).map(([what, times]) => `${what} ${times.toLocaleString('en')}`);
  return [each.join(', ') || '-', (bytes / 1e6).toFixed(1)];
}

/** Puts the times to the first line into earlier results. */
function withFirstLines(results: string, commands: readonly string[][], pages: string): string {
  // the time of --due differs from day to day
  const nameOf = (cell = '') => cell.trim().replace(/\d+m/, '');
  const lines = results.split('\n').map((line) => {
    const cells = line.split('|');
    const [, , first] = commands.find(([name]) => nameOf(name) === nameOf(cells[1])) ?? [];
    if (first === undefined) return line;
    const { length = 0 } = cells[3] ?? '';
    return cells.with(3, ` ${first} `.padStart(length)).join('|');
  });
  const [firstPage = ''] = FIRST_PAGE.exec(pages) ?? [];
  return lines
    .join('\n')
    .replace(FIRST_PAGE, firstPage)
    .replace(
      /^Time counts.*$/m,
      `${TIME}. The times to the first line are of a run for them alone, ${loadText()}.`,
    );
}

function loadText(): string {
  return `with a load of ${loadavg()[0]?.toFixed(1)}`;
}

function limit(most: number | undefined): string {
  return most === undefined ? '' : ` (${most})`;
}

function resultsOf(commands: readonly string[][], pages: string): string {
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

${table(heads, commands)}

In brackets is the limit. A call of the \`table\` is a page of a scan, one of the \`index\` a page of the index of rooms that are due.
${TIME}.

${pages}

Node.js ${process.version}, ${platform()} ${arch()}, ${cpus().length} processors of ${cpus()[0]?.model}, ${loadText()} at the end.
The table is an embedded DynamoDB on the same machine.
`;
}
