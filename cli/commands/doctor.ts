import { command } from '../frame/command.ts';
import { EXIT } from '../frame/errors.ts';

export const doctor = command({
  name: 'doctor',
  summary: 'checks a deployed stack, and says what to do about each problem',
  usage: '',
  most: 0,
  flags: { json: { type: 'boolean', help: 'the findings as JSON (docs/command.schema.json)' } },
  reach: 'deployed',
  examples: [['doctor --stack EvergreenRooms-prod', 'all checks of that stack']],
  async run({ flags, terminal, deployment }) {
    const { findings, lines } = await (await deployment()).examine();
    if (flags.json) await terminal.say(JSON.stringify(findings, null, 2));
    else for (const line of lines) await terminal.say(line);
    return findings.some(({ level }) => level === 'failed') ? EXIT.wrong : EXIT.done;
  },
});
