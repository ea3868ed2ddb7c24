import type { Room, Sequence } from '../../functions/rooms/model/room.ts';
import { reasonOf } from '../../local/demo/text.ts';
import { shownRoom, stateWithHold } from '../../local/rooms/shown-room.ts';
import { firstId } from '../deployment/dead-letters.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { argument } from '../frame/argument.ts';
import type { Call } from '../frame/command.ts';
import { EXIT, type ExitCode } from '../frame/errors.ts';
import type { Terminal } from '../frame/terminal.ts';

/** Messages that are sent in parallel. */
const AT_ONCE = 10;

/** Sends requests, some in parallel. @returns the ids of their messages */
export async function sendAll(
  bodies: readonly string[],
  deployment: Deployment,
  { terminal }: Pick<Call, 'terminal'>,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let start = 0; start < bodies.length; start += AT_ONCE) {
    const part = bodies.slice(start, start + AT_ONCE);
    ids.push(...(await Promise.all(part.map((body) => deployment.request(body)))));
    if (bodies.length > AT_ONCE) terminal.progress(`${ids.length} of ${bodies.length} sent`);
  }
  terminal.progress();
  return ids;
}

export interface Awaited {
  readonly key: string;
  /** The source of the row's sequence that shows whether the message took effect. */
  readonly source: Sequence['source'];
  /** The id of the message. */
  readonly id: string;
  readonly before: Room | undefined;
}

interface Waiting {
  readonly timeout: number;
  readonly deployment: Deployment;
}

/** How often the rows are read, in milliseconds. */
const GLANCE = 1000;

/** Waits until requests took effect or were refused, and reports each. */
export async function awaitAll(
  keys: readonly Awaited[],
  waiting: Waiting,
  { terminal }: Pick<Call, 'terminal'>,
): Promise<ExitCode> {
  const { deployment, timeout } = waiting;
  const end = Date.now() + timeout;
  let open = keys;
  let refused = 0;
  while (open.length > 0 && Date.now() < end) {
    if (keys.length > AT_ONCE) terminal.progress(`${keys.length - open.length} of ${keys.length} done`);
    await deployment.machine?.quiet();
    const left = await undone(open, deployment, terminal);
    open = left.length === 0 ? left : await unrefused(left, deployment, terminal);
    refused += left.length - open.length;
    if (open.length > 0 && !(await terminal.pause(GLANCE))) break;
  }
  terminal.progress();
  for (const { key } of open) terminal.note(`${key}: not done yet; show ${argument(key)} says why`);
  return refused + open.length > 0 ? EXIT.wrong : EXIT.done;
}

/** Reports the requests that took effect. @returns the others */
async function undone(
  open: readonly Awaited[],
  deployment: Deployment,
  terminal: Terminal,
): Promise<readonly Awaited[]> {
  const rows = await inParts(open, ({ key }) => deployment.rooms.read(key));
  const done = open.map(({ before, source }, i) => tookEffect(rows[i], before, source));
  for (const [i, { key }] of open.entries()) if (done[i]) await terminal.say(doneLine(key, rows[i]));
  return open.filter((_, i) => !done[i]);
}

/** Reports the requests that were given up. @returns the others */
async function unrefused(
  open: readonly Awaited[],
  deployment: Deployment,
  terminal: Terminal,
): Promise<readonly Awaited[]> {
  const letters = new Map((await deployment.deadLetters()).map((letter) => [firstId(letter), letter]));
  return open.filter(({ key, id }) => {
    const letter = letters.get(id);
    if (letter) terminal.note(`${key}: given up: ${reasonOf(letter)}`);
    return letter === undefined;
  });
}

/** Runs some of the work in parallel: many thousands of parallel calls would only be throttled. */
export async function inParts<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE)
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  return results;
}

function tookEffect(row: Room | undefined, before: Room | undefined, source: Sequence['source']): boolean {
  if (!row || row.claim || (row.unannounced ?? []).length > 0) return false;
  return row.sequences[source] !== before?.sequences[source];
}

function doneLine(key: string, row: Room | undefined): string {
  return `${key}  ${row && stateWithHold(shownRoom(row))}  generation ${row?.generation}`;
}
