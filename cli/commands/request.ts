import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { RoomAction } from '../../functions/rooms/model/room.ts';
import { sourceOf } from '../../functions/rooms/model/sequence.ts';
import { announcements, counted, reasonOf, rehearsedLines, waitingLines } from '../../local/demo/text.ts';
import { moveAhead, readSubmissions, type Submission } from '../../local/rooms/example.ts';
import { asMessage, type Rehearsed } from '../../local/rooms/rehearsal.ts';
import type { StackClient } from '../../local/rooms/stack-client.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { type Call, command } from '../frame/command.ts';
import { CallError, EXIT, type ExitCode, forEveryOne, orCallError } from '../frame/errors.ts';
import { durationOf } from '../frame/parse.ts';
import { readText, sourceName } from '../frame/read-text.ts';
import { type Awaited, awaitAll, inParts, sendAll } from './following.ts';

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
    wait: {
      type: 'boolean',
      help: 'until all rooms are there; exit code 1: one was refused, or is not there in time',
      without: ['dry-run', 'as-is'],
    },
    timeout: { type: 'string', value: '5m', help: 'how long --wait waits; default 5m', needs: ['wait'] },
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
    ['request rooms.jsonl --wait', 'returns when all rooms are there'],
  ],
  async run(call) {
    const { args: files, flags, deployment } = call;
    if (files.length === 0)
      throw new CallError('name a file to send, such as examples/room-request.json, or - for standard input');
    const timeout = durationOf('timeout', flags.timeout ?? '5m');
    const texts = await Promise.all(files.map(readText));
    const found = await deployment();
    const sendings = await orCallError(() =>
      files.map((file, i): Sending => sendingOf(file, texts[i] ?? '', flags['as-is'], found)),
    );
    if (flags.wait) return sendAndWait(sendings, { timeout, deployment: found }, call);
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
  return { file, text: told, submissions: readSubmissions(told, sourceName(file)) };
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

/** Sends requests, and waits until their rooms are there. */
async function sendAndWait(
  sendings: readonly Sending[],
  { timeout, deployment }: { readonly timeout: number; readonly deployment: Deployment },
  { terminal }: Printing,
): Promise<ExitCode> {
  const bodies = forEveryOne(sendings, requestsOf).flat();
  const asked = bodies.map(aboutOf);
  const before = await inParts(asked, async ({ key }) => key && deployment.rooms.read(key));
  const sent = await sendAll(bodies, deployment, { terminal });
  terminal.note(`request: ${counted(sent.length, 'message')} sent to the queue of requests`);
  const waiting = asked.map(({ key, action }, i): Awaited => {
    const id = sent[i] ?? '';
    // a request without a key gets one of its message
    return { key: key ?? `message:${id}`, id, before: before[i] || undefined, source: sourceOf(action) };
  });
  return awaitAll(waiting, { timeout, deployment }, { terminal });
}

/** @throws CallError if the file is no request: an event or a calendar has the keys that its source gives it */
function requestsOf({ file, submissions = [] }: Sending): string[] {
  const bodies = submissions.flatMap((each) => (each.way === 'queue' ? [each.body] : []));
  if (bodies.length > 0 && bodies.length === submissions.length) return bodies;
  throw new CallError(`${sourceName(file)} is an event or a calendar: --wait waits for requests alone`);
}

function aboutOf(body: string): { readonly key?: string; readonly action: RoomAction } {
  const { key, action } = JSON.parse(body) as { key?: unknown; action?: RoomAction };
  return { action: action ?? 'ensure', ...(typeof key === 'string' && { key }) };
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
