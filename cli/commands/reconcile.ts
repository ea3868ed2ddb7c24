import { command } from '../frame/command.ts';
import { EXIT, orCallError } from '../frame/errors.ts';

export const reconcile = command({
  name: 'reconcile',
  summary: 'compares the table with what the providers have, and repairs it',
  usage: '',
  most: 0,
  flags: {
    confirm: {
      type: 'string',
      value: 'APPLICATION',
      help: 'whose findings were held back and may be repaired, for one run within six hours',
    },
    findings: {
      type: 'string',
      value: 'N',
      help: 'how many lost and orphaned rooms were reported there: a run that finds more holds back again',
      needs: ['confirm'],
    },
    links: {
      type: 'boolean',
      help: 'compares nothing; writes every link again, as after a restore of the links table',
    },
  },
  reach: 'any',
  examples: [
    ['reconcile', 'starts a comparison of all applications'],
    ['reconcile --confirm main --findings 12', 'may repair the twelve findings that were reported'],
    ['reconcile --links', 'writes all links again after the links table was restored'],
  ],
  async run({ flags: { confirm, findings, links }, terminal, deployment }) {
    const found = await deployment();
    await terminal.say(await orCallError(() => found.reconcile({ confirm, findings, links })));
    return EXIT.done;
  },
});
