import { deadLetterLines } from '../demo/text.ts';
import { runCommand } from './command.ts';

const USAGE = `npm run dead-letters [-- redrive] [-- --json] [--port N]

Lists what rests in the dead-letter queues of the stack that npm start keeps running: when it was sent, which key it is
about, and why it was given up.

  redrive  gives all of it another try, in the place among the others that it had
  --json   with the messages themselves`;

await runCommand(
  USAGE,
  { positionals: 1, flags: { json: { type: 'boolean' } } },
  async ({ stack, positionals: [verb], flags, say }) => {
    if (verb === 'redrive') return say(`messages that have another try: ${await stack.redrive()}`);
    if (verb !== undefined) throw new Error(`unexpected argument '${verb}'; --help shows what there is`);
    const letters = await stack.deadLetters();
    if (flags.json) say(JSON.stringify(letters, null, 2));
    else if (letters.length === 0) say('all dead-letter queues are empty');
    else for (const line of letters.flatMap(deadLetterLines)) say(line);
  },
);
