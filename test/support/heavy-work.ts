import { json } from 'node:stream/consumers';
import { readFeed } from '../../functions/feeds/read-feed.ts';
import { CALENDAR_DEFAULTS } from '../../functions/requests/calendar/event/settings.ts';
import { parseMessage } from '../../functions/requests/parse.ts';

/** What a function does with one message or one feed, for a process whose memory is limited. */
interface Work {
  readonly kind: 'message' | 'feed';
  readonly text: string;
}

const { kind, text } = (await json(process.stdin)) as Work;
const refused = () => {};

if (kind === 'message') {
  const settings = { calendar: CALENDAR_DEFAULTS };
  await parseMessage({ body: text, messageId: 'm', sentAt: 0 }, settings).catch(refused);
} else {
  await readFeed(
    { name: 'team', secret: 'feed/team', timeZone: 'Europe/Berlin' },
    {
      source: { fetch: async () => ({ text, validators: {} }) },
      memories: { read: async () => undefined, prepare: () => async () => {} },
      outbox: { send: async () => {} },
      now: () => Date.parse('2027-01-15T10:00:00Z'),
    },
  ).catch(refused);
}
