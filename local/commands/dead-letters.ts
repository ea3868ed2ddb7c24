import { runCommand } from './command.ts';

const USAGE = `npm run dead-letters [-- --json] [--port N]

Lists what rests in the dead-letter queues of the stack that npm start keeps running, and why.

  --json   with the messages themselves`;

await runCommand(USAGE, { flags: { json: { type: 'boolean' } } }, async ({ stack, flags, say }) => {
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
});
