import { readingOf } from '../demo/log.ts';
import { announcements } from '../demo/text.ts';
import { runCommand } from './command.ts';

const USAGE = `npm run feed -- NAME ADDRESS [--port N]

Tells a feed of the stack that npm start keeps running where its calendar is, has it read, and tells what came of it. The
stack has the feeds that it was started with: npm start -- -c calendarFeeds=NAME`;

await runCommand(USAGE, { positionals: 2 }, async ({ stack, positionals: [name, address], say }) => {
  if (!name || !address) throw new Error(`name a feed and its address\n\n${USAGE}`);
  if (!URL.canParse(address)) throw new Error(`the address of a feed must be a URL, got ${address}`);
  const before = (await stack.announcements()).length;
  const start = Date.parse((await stack.facts()).now);
  await stack.putFeedAddress(name, address);
  await stack.quiet();
  const news = (await stack.announcements()).slice(before);
  for (const line of announcements(news)) say(`  ${line}`);
  const lines = (await stack.logs()).filter(({ at }) => at >= start);
  const { outcome, reason = 'it was not read; npm start -- --verbose shows why' } = readingOf(name, lines);
  if (outcome === undefined) throw new Error(`${reason}`);
  say(`feed ${name} was read: ${outcome}, ${news.length} announcements`);
});
