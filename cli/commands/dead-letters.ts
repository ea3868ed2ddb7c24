import { REDRIVEN } from '../../doctor/redrive.ts';
import { counted, deadLetterLines, reasonOf } from '../../local/demo/text.ts';
import { firstId } from '../deployment/dead-letters.ts';
import type { DeadLetter, Deployment } from '../deployment/deployment.ts';
import { type Call, command, type Flags } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { CallError, EXIT, type ExitCode, HELP_HINT } from '../frame/errors.ts';
import { wrapped } from '../frame/wrap.ts';

const QUEUES = Object.keys(REDRIVEN);

const FLAGS = {
  reason: { type: 'string', value: 'TEXT', help: 'only messages whose reason has this in it' },
  json: { type: 'boolean', help: 'with the messages themselves (docs/command.schema.json)' },
  yes: { type: 'boolean', help: 'does not ask before it discards' },
} as const satisfies Flags;

type LettersCall = Call<typeof FLAGS>;

export const deadLetters = command({
  name: 'dead-letters',
  summary: 'lists what rests in the dead-letter queues, gives it another try, or discards it',
  usage: '[show ID | redrive [QUEUE | ID...] | discard ID...]',
  most: Number.POSITIVE_INFINITY,
  words: { '': ['show', 'redrive', 'discard'], redrive: QUEUES },
  flags: FLAGS,
  reach: 'any',
  details:
    'The list has when a message was sent, which key it is about, and why it was given up. redrive gives messages\n' +
    'another try, in the place among the others that they had: all of them, those of a queue, or one by one.\n' +
    `QUEUE is one of ${QUEUES.join(', ')}. discard deletes messages for good.`,
  examples: [
    ['dead-letters', 'what could not be done, and why'],
    ['dead-letters redrive requests', 'gives all requests another try'],
    ["dead-letters redrive --reason 'pool is full'", 'those that one cause has stopped'],
  ],
  async run(call) {
    const [verb, ...ids] = call.args;
    const known = VERBS[verb ?? ''];
    if (!known) throw new CallError(`unexpected argument '${verb}'; ${HELP_HINT}`);
    for (const [name, value] of Object.entries(call.flags)) {
      if (value && name in FLAGS && !known.flags.includes(name))
        throw new CallError(
          `--${name} has no meaning for dead-letters ${verb ?? 'without a verb'}`.trimEnd(),
        );
    }
    return known.act(call, ids);
  },
});

interface Verb {
  /** The options that it has. */
  readonly flags: readonly string[];
  act(call: LettersCall, ids: readonly string[]): Promise<ExitCode>;
}

/** The verbs, by name. A call without a verb has the empty name. */
const VERBS: Readonly<Record<string, Verb>> = {
  '': { flags: ['reason', 'json'], act: list },
  show: { flags: ['json'], act: show },
  redrive: { flags: ['reason'], act: redrive },
  discard: { flags: ['reason', 'yes'], act: discard },
};

async function list({ flags, terminal, deployment }: LettersCall): Promise<ExitCode> {
  const { reason = '' } = flags;
  const found = await deployment();
  const letters = (await found.deadLetters()).filter((letter) => reasonOf(letter).includes(reason));
  if (flags.json) await terminal.say(JSON.stringify(letters, null, 2));
  else if (letters.length > 0) {
    for (const line of letters.flatMap(deadLetterLines))
      for (const part of wrapped(line, terminal.width, 2)) await terminal.say(part);
    if (terminal.isTerminal) terminal.note(next(found));
  } else
    await terminal.say(reason === '' ? 'all dead-letter queues are empty' : 'no dead letter has that reason');
  return EXIT.done;
}

function next({ hint }: Deployment): string {
  return `${hint('dead-letters redrive ID')} gives a message another try, ${hint('dead-letters discard ID')} deletes it`;
}

async function show({ flags, terminal, deployment }: LettersCall, ids: readonly string[]): Promise<ExitCode> {
  if (ids.length !== 1) throw new CallError('name one message: dead-letters shows their ids');
  const letters = await (await deployment()).deadLetters();
  const letter = letters.find(isOneOf(ids));
  if (!letter) throw new Error(noLetter(ids[0]));
  if (flags.json) await terminal.say(JSON.stringify(letter, null, 2));
  else {
    for (const line of deadLetterLines(letter)) await terminal.say(line);
    await terminal.say();
    await terminal.say(letter.body);
  }
  return EXIT.done;
}

async function redrive(
  { flags, terminal, deployment }: LettersCall,
  ids: readonly string[],
): Promise<ExitCode> {
  const seen = new Set<string>();
  const sent = await redriven(ids, flags.reason, { deployment, seen });
  await terminal.say(`messages that have another try: ${sent}`);
  const missing = isQueue(ids) ? [] : ids.filter((id) => !seen.has(id));
  if (missing.length > 0) throw new Error(await whyMissing(missing, await deployment()));
  return EXIT.done;
}

/** The queues of undelivered events and of failed rotations of secrets feed no function. */
async function whyMissing(ids: readonly string[], deployment: Deployment): Promise<string> {
  const letters = await deployment.deadLetters();
  const lines = ids.map((id) => {
    const letter = letters.find(isOneOf([id]));
    return letter
      ? `message ${id} rests in ${letter.queue}, which feeds no function: docs/runbook.md says what to do; dead-letters discard deletes it`
      : noLetter(id);
  });
  return lines.join('\n');
}

const noLetter = (id: string | undefined) => `no dead letter has the id ${id}: dead-letters lists them`;

async function redriven(
  ids: readonly string[],
  reason: string | undefined,
  { deployment, seen }: { readonly deployment: () => Promise<Deployment>; readonly seen: Set<string> },
): Promise<number> {
  if (isQueue(ids) && reason === undefined) return (await deployment()).redrive(ids[0]);
  if (ids.some((id) => !/^[\w-]{36}$/.test(id)))
    throw new CallError(
      `there is no queue of ${ids[0]}: name one of ${QUEUES.join(', ')}, or ids of messages`,
    );
  if (ids.length === 0 && reason === undefined) return (await deployment()).redrive();
  const isWanted = wanted(ids, reason);
  return (await deployment()).redriveSome((letter) => {
    for (const id of idsOf(letter)) seen.add(id);
    return isWanted(letter);
  });
}

const isQueue = (ids: readonly string[]) => ids.length === 1 && QUEUES.includes(ids[0] ?? '');

async function discard(
  { flags, terminal, deployment }: LettersCall,
  ids: readonly string[],
): Promise<ExitCode> {
  if (ids.length === 0 && flags.reason === undefined)
    throw new CallError('say what to discard: ids of messages, or --reason TEXT');
  const found = await deployment();
  const meant = (await found.deadLetters()).filter(wanted(ids, flags.reason));
  if (meant.length === 0) throw new Error('there are no such dead letters: dead-letters lists them');
  const missing = ids.filter((id) => !meant.some((letter) => idsOf(letter).includes(id)));
  if (missing.length > 0) throw new Error(`${missing.map(noLetter).join('\n')}\nnothing was discarded`);
  for (const line of meant.flatMap(deadLetterLines)) terminal.note(line);
  if (!flags.yes) await confirm(`discard ${counted(meant.length, 'message')} for good`, terminal);
  const deleted = await found.discard(isOneOf(meant.map(({ id }) => id)));
  await terminal.say(`messages that are discarded: ${deleted}`);
  return EXIT.done;
}

function wanted(ids: readonly string[], reason: string | undefined): (letter: DeadLetter) => boolean {
  return (letter) =>
    (ids.length === 0 || isOneOf(ids)(letter)) && (reason === undefined || reasonOf(letter).includes(reason));
}

/** Matches a message by its current id, or by the id under which it was first sent, which the list shows. */
function isOneOf(ids: readonly string[]): (letter: DeadLetter) => boolean {
  return (letter) => idsOf(letter).some((id) => ids.includes(id));
}

const idsOf = (letter: DeadLetter): readonly string[] => [letter.id, firstId(letter)];
