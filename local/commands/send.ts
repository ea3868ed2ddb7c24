import { readFile } from 'node:fs/promises';
import { basename, relative, resolve } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { announcements, reasonOf, rehearsedLines, waitingLines } from '../demo/text.ts';
import type { StackFacts } from '../rooms/control.ts';
import { moveAhead, readSubmission, type Submission } from '../rooms/example.ts';
import { asMessage, type Rehearsed } from '../rooms/rehearsal.ts';
import type { StackClient } from '../rooms/stack-client.ts';
import { type CommandArguments, runCommand } from './command.ts';

const USAGE = `npm run send -- FILE [--dry-run] [--as-is] [--port N]

Sends a request to the queue, or an event to the bus, of the stack that npm start keeps running, and tells what came
of it. Exit code 1: it was given up, and why. A file with "detail-type" and "detail" is an event, and one that ends in
.ics a calendar for the bucket of -c calendarFiles=on. The dates of a file under examples/ are moved so that the first
lies four weeks ahead.

  --dry-run  says what it would do to each key, and does nothing; exit code 1: it would be refused
  --as-is    sends the file as it is, JSON or not, to the queue`;

await runCommand(
  USAGE,
  { positionals: 1, flags: { 'as-is': { type: 'boolean' }, 'dry-run': { type: 'boolean' } } },
  async ({ stack, positionals: [file], flags, say }) => {
    if (!file) throw new Error(`name a file to send, such as examples/room-request.json\n\n${USAGE}`);
    const text = await read(file);
    const facts = await stack.facts();
    const told = isExample(file) ? moveAhead(text, Date.parse(facts.now)) : text;
    const sent: Sending = { file, text: flags['as-is'] ? text : told, asIs: flags['as-is'] === true };
    await (flags['dry-run'] ? dryRun(sent, stack, say) : send(sent, stack, say));
  },
);

interface Sending {
  readonly file: string;
  readonly text: string;
  /** To the queue, whatever it is. */
  readonly asIs: boolean;
}

type Say = CommandArguments['say'];

function isCalendar({ file }: Sending): boolean {
  return /\.ics$/i.test(file);
}

function submissionOf({ file, text, asIs }: Sending): Submission {
  return asIs ? { way: 'queue', body: text } : readSubmission(text, file);
}

async function dryRun(sending: Sending, stack: StackClient, say: Say): Promise<void> {
  const results = await rehearsed(sending, stack);
  for (const line of results.flatMap(rehearsedLines)) say(line);
  if (results.some(({ outcome }) => outcome === 'refused')) process.exitCode = 1;
}

async function rehearsed(sending: Sending, stack: StackClient): Promise<readonly Rehearsed[]> {
  if (isCalendar(sending)) return stack.rehearseCalendar(basename(sending.file), sending.text);
  const submission = submissionOf(sending);
  return stack.rehearse(submission.way === 'queue' ? submission.body : asMessage(submission.event));
}

async function send(sending: Sending, stack: StackClient, say: Say): Promise<void> {
  const [eventsBefore, lettersBefore] = await Promise.all([stack.announcements(), stack.deadLetters()]);
  if (isCalendar(sending)) {
    await stack.putCalendar(basename(sending.file), sending.text);
    say(`put into the bucket as ${basename(sending.file)}`);
  } else say(await deliver(submissionOf(sending), await stack.facts()));
  await stack.quiet();

  const news = (await stack.announcements()).slice(eventsBefore.length);
  for (const line of announcements(news)) say(`  ${line}`);
  const known = new Set(lettersBefore.map(({ id }) => id));
  const letters = (await stack.deadLetters()).filter(({ id }) => !known.has(id));
  const waiting = waitingLines((await stack.facts()).waiting);
  for (const line of waiting) say(`  ${line}`);
  if (news.length + letters.length + waiting.length === 0) {
    await assertTaken(sending, stack);
    say('  nothing was announced: it changed nothing; npm run rooms shows all rooms');
  }
  if (letters.length > 0)
    throw new Error(
      letters.map((letter) => `  given up: ${reasonOf(letter)}\n  it rests in ${letter.queue}`).join('\n'),
    );
}

/** An event that no rule takes leaves no trace on the bus: only its parser knows why. */
async function assertTaken(sending: Sending, stack: StackClient): Promise<void> {
  if (isCalendar(sending) || submissionOf(sending).way === 'queue') return;
  const refused = (await rehearsed(sending, stack)).find(({ outcome }) => outcome === 'refused');
  if (refused) throw new Error(`  no rule of the bus takes it, so nothing happens: ${refused.reason}`);
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function isExample(file: string): boolean {
  return relative(resolve(import.meta.dirname, '../../examples'), resolve(file)).split('/')[0] !== '..';
}

async function deliver(submission: Submission, facts: StackFacts): Promise<string> {
  const { AWS_REGION: region, AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL_EVENTBRIDGE } = facts.environment;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  if (submission.way === 'queue') {
    const sqs = new SQSClient({ region, credentials, endpoint: AWS_ENDPOINT_URL_SQS });
    const { MessageId } = await sqs.send(
      new SendMessageCommand({ QueueUrl: facts.requestsQueueUrl, MessageBody: submission.body }),
    );
    return `sent to the queue of requests as message ${MessageId}`;
  }
  const { source: Source, 'detail-type': DetailType, detail } = submission.event;
  const bus = new EventBridgeClient({ region, credentials, endpoint: AWS_ENDPOINT_URL_EVENTBRIDGE });
  const { Entries: [result] = [] } = await bus.send(
    new PutEventsCommand({
      Entries: [{ EventBusName: facts.bus, Source, DetailType, Detail: JSON.stringify(detail) }],
    }),
  );
  if (!result?.EventId) throw new Error(`the bus refused the event: ${result?.ErrorMessage}`);
  return `put on the event bus as event ${result.EventId}`;
}
