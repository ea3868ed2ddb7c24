import { CallError } from './errors.ts';
import type { Terminal } from './terminal.ts';

/** @throws CallError if the person does not agree, or cannot be asked */
export async function confirm(what: string, terminal: Terminal): Promise<void> {
  if (!terminal.canAsk) throw new CallError(`${what}: there is no terminal for a question, so add --yes`);
  const answer = await terminal.ask(`${what}? [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CallError('nothing was changed');
}
