import { readingOf } from '../../local/demo/log.ts';
import { announcements } from '../../local/demo/text.ts';
import { command } from '../frame/command.ts';
import { CallError, EXIT } from '../frame/errors.ts';
import { machineOf } from './machine.ts';

export const feed = command({
  name: 'feed',
  summary: 'gives a feed of the stack on this machine its address, and reads it',
  usage: 'NAME ADDRESS',
  most: 2,
  flags: {},
  reach: 'local',
  details:
    'The stack has the feeds that it was started with: npm start -- -c calendarFeeds=NAME. In AWS the address\nis put by credentials put.',
  examples: [
    ['feed team-a https://calendar.example/team.ics', 'reads the calendar, and prints what follows'],
  ],
  async run({ args: [name, address], terminal, deployment }) {
    if (!name || !address) throw new CallError('name a feed and its address: feed NAME ADDRESS');
    if (!URL.canParse(address)) throw new CallError(`the address of a feed must be a URL, got ${address}`);
    const stack = machineOf(await deployment());
    const before = (await stack.announcements()).length;
    const start = Date.parse((await stack.facts()).now);
    await stack.putFeedAddress(name, address);
    await stack.quiet();
    const news = (await stack.announcements()).slice(before);
    for (const line of announcements(news)) await terminal.say(`  ${line}`);
    const lines = (await stack.logs()).filter(({ at }) => at >= start);
    const { outcome, reason = 'it was not read; npm start -- --verbose shows why' } = readingOf(name, lines);
    if (outcome === undefined) throw new Error(`${reason}`);
    await terminal.say(`feed ${name} was read: ${outcome}, ${news.length} announcements`);
    return EXIT.done;
  },
});
