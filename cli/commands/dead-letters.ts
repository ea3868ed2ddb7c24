import { REDRIVEN } from '../../doctor/redrive.ts';
import { counted, deadLetterLines, reasonOf } from '../../local/demo/text.ts';
import type { DeadLetter, Deployment } from '../deployment/deployment.ts';
import { type Call, command, type Flags } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { CallError, EXIT, type ExitCode, HELP_HINT } from '../frame/errors.ts';

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
    if (verb === undefined) return list(call);
    const act = VERBS[verb];
    if (!act) throw new CallError(`unexpected argument '${verb}'; ${HELP_HINT}`);
    return act(call, ids);
  },
});

const VERBS: Readonly<Record<string, (call: LettersCall, ids: readonly string[]) => Promise<ExitCode>>> = {
  show,
  redrive,
  discard,
};

async function list({ flags, terminal, deployment }: LettersCall): Promise<ExitCode> {
  const { reason = '' } = flags;
  const letters = (await (await deployment()).deadLetters()).filter((letter) =>
    reasonOf(letter).includes(reason),
  );
  if (flags.json) await terminal.say(JSON.stringify(letters, null, 2));
  else if (letters.length > 0) for (const line of letters.flatMap(deadLetterLines)) await terminal.say(line);
  else
    await terminal.say(reason === '' ? 'all dead-letter queues are empty' : 'no dead letter has that reason');
  return EXIT.done;
}

async function show({ flags, terminal, deployment }: LettersCall, ids: readonly string[]): Promise<ExitCode> {
  if (ids.length !== 1) throw new CallError('name one message: dead-letters shows their ids');
  const letters = await (await deployment()).deadLetters();
  const letter = letters.find(isOneOf(ids));
  if (!letter) throw new Error(`no dead letter has the id ${ids[0]}`);
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
  const sent = await redriven(ids, flags.reason, deployment);
  await terminal.say(`messages that have another try: ${sent}`);
  return ids.length > 0 && sent === 0 && !isQueue(ids) ? EXIT.wrong : EXIT.done;
}

async function redriven(
  ids: readonly string[],
  reason: string | undefined,
  deployment: () => Promise<Deployment>,
): Promise<number> {
  if (isQueue(ids) && reason === undefined) return (await deployment()).redrive(ids[0]);
  if (ids.some((id) => !/^[\w-]{36}$/.test(id)))
    throw new CallError(
      `there is no queue of ${ids[0]}: name one of ${QUEUES.join(', ')}, or ids of messages`,
    );
  if (ids.length === 0 && reason === undefined) return (await deployment()).redrive();
  return (await deployment()).redriveSome(wanted(ids, reason));
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
  return ({ id, attributes }) =>
    ids.includes(id) ||
    (attributes.originalMessageId !== undefined && ids.includes(attributes.originalMessageId));
}
