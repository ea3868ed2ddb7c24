import { REDRIVEN } from '../../doctor/redrive.ts';
import { deadLetterLines } from '../../local/demo/text.ts';
import { command } from '../frame/command.ts';
import { CallError, EXIT, HELP_HINT } from '../frame/errors.ts';

const QUEUES = Object.keys(REDRIVEN).join(', ');

export const deadLetters = command({
  name: 'dead-letters',
  summary: 'lists what rests in the dead-letter queues, or gives it another try',
  usage: '[redrive [QUEUE]]',
  most: 2,
  flags: { json: { type: 'boolean', help: 'with the messages themselves' } },
  reach: 'any',
  details:
    'The list has when a message was sent, which key it is about, and why it was given up. redrive gives all of it\n' +
    `another try, in the place among the others that it had; QUEUE is one of ${QUEUES}.`,
  examples: [
    ['dead-letters', 'what could not be done, and why'],
    ['dead-letters redrive requests', 'gives all requests another try'],
  ],
  async run({ args: [verb, queue], flags, terminal, deployment }) {
    if (verb === 'redrive') {
      if (queue !== undefined && !Object.keys(REDRIVEN).includes(queue))
        throw new CallError(`there is no queue of ${queue}: name one of ${QUEUES}`);
      const sent = await (await deployment()).redrive(queue);
      await terminal.say(`messages that have another try: ${sent}`);
      return EXIT.done;
    }
    if (verb !== undefined) throw new CallError(`unexpected argument '${verb}'; ${HELP_HINT}`);
    const letters = await (await deployment()).deadLetters();
    if (flags.json) await terminal.say(JSON.stringify(letters, null, 2));
    else if (letters.length === 0) await terminal.say('all dead-letter queues are empty');
    else for (const line of letters.flatMap(deadLetterLines)) await terminal.say(line);
    return EXIT.done;
  },
});
