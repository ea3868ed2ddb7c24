import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { announcements, reasonOf, rehearsedLines, waitingLines } from '../../local/demo/text.ts';
import { moveAhead, readSubmissions, type Submission } from '../../local/rooms/example.ts';
import { asMessage, type Rehearsed } from '../../local/rooms/rehearsal.ts';
import type { StackClient } from '../../local/rooms/stack-client.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { type Call, command } from '../frame/command.ts';
import { CallError, EXIT, type ExitCode, orCallError } from '../frame/errors.ts';
import { readText } from '../frame/read-text.ts';

export const request = command({
  name: 'request',
  summary: 'sends requests for rooms, events or calendars',
  usage: 'FILE...',
  files: true,
  most: Number.POSITIVE_INFINITY,
  flags: {
    'dry-run': {
      type: 'boolean',
      help: 'says what it would do to each key, and does nothing; exit code 1: it would be refused',
    },
    'as-is': { type: 'boolean', help: 'sends the file as it is, JSON or not, to the queue' },
  },
  reach: 'any',
  details:
    'A file has a request, an array of requests, or a request a line; - is standard input. A file with "detail-type" and\n' +
    '"detail" is an event for the bus, and one that ends in .ics a calendar for the bucket (calendarFiles=on). On this\n' +
    'machine it prints what came of it; exit code 1: it was given up, and why. The dates of a file under examples/ are\n' +
    'moved so that the first lies four weeks ahead.',
  examples: [
    ['request examples/room-request.json', 'asks for a room'],
    ['request rooms.jsonl --dry-run', 'what each line would do'],
  ],
  async run(call) {
    const { args: files, flags, deployment } = call;
    if (files.length === 0)
      throw new CallError('name a file to send, such as examples/room-request.json, or - for standard input');
    const texts = await Promise.all(files.map(readText));
    const found = await deployment();
    const sendings = await orCallError(() =>
      files.map((file, i): Sending => sendingOf(file, texts[i] ?? '', flags['as-is'], found)),
    );
    return flags['dry-run'] ? dryRun(sendings, found, call) : send(sendings, found, call);
  },
});

interface Sending {
  readonly file: string;
  readonly text: string;
  /** Absent for a calendar. */
  readonly submissions?: readonly Submission[];
}

function sendingOf(file: string, text: string, asIs: boolean, { now }: Deployment): Sending {
  if (/\.ics$/i.test(file) && !asIs) return { file, text: isExample(file) ? moveAhead(text, now()) : text };
  if (asIs) return { file, text, submissions: [{ way: 'queue', body: text }] };
  const told = isExample(file) ? moveAhead(text, now()) : text;
  return { file, text: told, submissions: readSubmissions(told, file) };
}

type Printing = Pick<Call, 'terminal'>;

async function dryRun(
  sendings: readonly Sending[],
  deployment: Deployment,
  { terminal }: Printing,
): Promise<ExitCode> {
  let refused = false;
  for (const sending of sendings) {
    const results = await rehearsed(sending, deployment);
    for (const line of results.flatMap(rehearsedLines)) await terminal.say(line);
    refused ||= results.some(({ outcome }) => outcome === 'refused');
  }
  return refused ? EXIT.wrong : EXIT.done;
}

async function rehearsed(sending: Sending, deployment: Deployment): Promise<readonly Rehearsed[]> {
  const { file, text, submissions } = sending;
  if (!submissions) return deployment.rehearseCalendar(basename(file), text);
  const results: Rehearsed[] = [];
  for (const submission of submissions) {
    const body = submission.way === 'queue' ? submission.body : asMessage(submission.event);
    results.push(...(await deployment.rehearse(body)));
  }
  return results;
}

async function send(
  sendings: readonly Sending[],
  deployment: Deployment,
  { terminal }: Printing,
): Promise<ExitCode> {
  const { machine } = deployment;
  const before = machine && (await Promise.all([machine.announcements(), machine.deadLetters()]));
  for (const sending of sendings) {
    for (const line of await deliver(sending, deployment)) await terminal.say(line);
  }
  if (!machine || !before) return EXIT.done;
  const [events, letters] = before;
  await machine.quiet();
  const known = { events: events.length, letters: new Set(letters.map(({ id }) => id)) };
  return whatCameOfIt(sendings, { machine, deployment, known }, { terminal });
}

interface Aftermath {
  readonly machine: StackClient;
  readonly deployment: Deployment;
  /** The events and dead letters before anything was sent. */
  readonly known: { readonly events: number; readonly letters: ReadonlySet<string> };
}

async function whatCameOfIt(
  sendings: readonly Sending[],
  { machine, deployment, known }: Aftermath,
  { terminal }: Printing,
): Promise<ExitCode> {
  const news = (await machine.announcements()).slice(known.events);
  for (const line of announcements(news)) await terminal.say(`  ${line}`);
  const letters = (await machine.deadLetters()).filter(({ id }) => !known.letters.has(id));
  const waiting = waitingLines((await machine.facts()).waiting);
  for (const line of waiting) await terminal.say(`  ${line}`);
  if (news.length + letters.length + waiting.length === 0) {
    await assertTaken(sendings, deployment);
    await terminal.say('  nothing was announced: it changed nothing; list shows all rooms');
  }
  if (letters.length === 0) return EXIT.done;
  throw new Error(
    letters.map((letter) => `  given up: ${reasonOf(letter)}\n  it rests in ${letter.queue}`).join('\n'),
  );
}

/** An event that no rule matches leaves no trace on the bus: only its parser can give the reason. */
async function assertTaken(sendings: readonly Sending[], deployment: Deployment): Promise<void> {
  for (const sending of sendings) {
    if (!sending.submissions?.some(({ way }) => way === 'bus')) continue;
    const refused = (await rehearsed(sending, deployment)).find(({ outcome }) => outcome === 'refused');
    if (refused) throw new Error(`  no rule of the bus takes it, so nothing happens: ${refused.reason}`);
  }
}

async function deliver({ file, text, submissions }: Sending, deployment: Deployment): Promise<string[]> {
  if (!submissions) {
    await deployment.putCalendar(basename(file), text);
    return [`put into the bucket as ${basename(file)}`];
  }
  const lines: string[] = [];
  for (const submission of submissions) {
    lines.push(
      submission.way === 'queue'
        ? `sent to the queue of requests as message ${await deployment.request(submission.body)}`
        : `put on the event bus as event ${await deployment.announce(submission.event)}`,
    );
  }
  return lines;
}

/** Whether a file is one of this project's examples, whose dates are in the past. */
function isExample(file: string): boolean {
  const folder = dirname(resolve(file));
  if (basename(folder) !== 'examples') return false;
  try {
    return JSON.parse(readFileSync(join(folder, '../package.json'), 'utf8')).name === 'evergreen-rooms';
  } catch {
    return false;
  }
}
