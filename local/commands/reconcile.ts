import { runCommand } from './command.ts';

const USAGE = `npm run reconcile [-- --confirm APPLICATION --findings N] [-- --port N]

Compares the table with what the providers have, in the stack that npm start keeps running.

  --confirm   the application whose findings were held back and may be repaired
  --findings  how many lost and orphaned rooms were reported there: a run that finds more holds back again`;

await runCommand(
  USAGE,
  { flags: { confirm: { type: 'string' }, findings: { type: 'string' } } },
  async ({ stack, flags: { confirm, findings }, say }) => {
    say(await stack.reconcile({ confirm: text(confirm), findings: text(findings) }));
  },
);

function text(flag: string | boolean | undefined): string | undefined {
  return typeof flag === 'string' ? flag : undefined;
}
