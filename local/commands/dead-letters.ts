import { runCommand } from './command.ts';

const USAGE = `npm run dead-letters [-- redrive] [-- --json] [--port N]

Lists what rests in the dead-letter queues of the stack that npm start keeps running, and why.

  redrive  gives all of it another try, in the place among the others that it had
  --json   with the messages themselves`;

await runCommand(
  USAGE,
  { positionals: 1, flags: { json: { type: 'boolean' } } },
  async ({ stack, positionals: [verb], flags, say }) => {
    if (verb === 'redrive') {
      say(`messages that have another try: ${await stack.redrive()}`);
      return;
    }
    if (verb !== undefined) throw new Error(`unexpected argument '${verb}'; --help shows what there is`);
    const letters = await stack.deadLetters();
    if (flags.json) say(JSON.stringify(letters, null, 2));
    else if (letters.length === 0) say('all dead-letter queues are empty');
    else {
      for (const { queue, id, attributes } of letters) {
        const { originalMessageId = id, failureReason, ERROR_MESSAGE } = attributes;
        say(`${queue}  message ${originalMessageId}`);
        say(`  ${failureReason ?? ERROR_MESSAGE ?? 'it was received too often'}`);
      }
    }
  },
);
