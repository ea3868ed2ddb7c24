import { REDRIVEN } from '../../doctor/redrive.ts';
import { command } from '../frame/command.ts';
import { CallError, EXIT } from '../frame/errors.ts';

const QUEUES = Object.keys(REDRIVEN);

export const redrive = command({
  name: 'redrive',
  summary: 'gives all messages of one dead-letter queue another try',
  usage: 'QUEUE',
  words: { '': QUEUES },
  most: 1,
  flags: {},
  reach: 'any',
  details: `Each keeps the place among the others that it had. QUEUE is one of ${QUEUES.join(', ')}.`,
  examples: [['redrive requests --stack NAME', 'as the output RetryRequests has it']],
  async run({ args: [queue], terminal, deployment }) {
    if (queue === undefined) throw new CallError(`name a queue: one of ${QUEUES.join(', ')}`);
    if (!QUEUES.includes(queue))
      throw new CallError(`there is no queue of ${queue}: name one of ${QUEUES.join(', ')}`);
    const sent = await (await deployment()).redrive(queue);
    await terminal.say(
      sent === 0 ? `the dead-letter queue of ${queue} is empty` : `messages that have another try: ${sent}`,
    );
    return EXIT.done;
  },
});
