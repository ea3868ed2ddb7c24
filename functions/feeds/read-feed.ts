import { RequestRefusedError } from '../rooms/model/errors.ts';
import { type Changes, changesOf } from './changes.ts';
import { type Feed, type FeedMemory, type FeedReading, FeedUnreadableError } from './feed.ts';
import { refuseTooLarge } from './message.ts';

/** What became of a reading. */
export interface FeedResult {
  /** `empty`: it had events and now has none, which is taken for a fault of its server. */
  readonly outcome: 'unchanged' | 'changed' | 'empty';
  readonly sent: number;
  readonly cancelled: number;
  /** Events that are sent on with the next reading, since this one has sent as much as it may. */
  readonly postponed?: number;
}

/** The memory of more is larger than a row, unless their ids are short. */
const MOST_EVENTS = 5000;

const UNKNOWN: FeedMemory = { revision: 0, validators: {}, events: [] };

/**
 * Reads a feed and sends on what has changed since it was last read. What is sent comes first and what is remembered
 * last, so that a crash between the two sends again, which changes nothing.
 *
 * @throws FeedUnreadableError
 * @throws RequestRefusedError where an event was left out, which is told once
 */
export async function readFeed(
  feed: Feed,
  { source, memories, outbox, now }: FeedReading,
): Promise<FeedResult> {
  const memory = (await memories.read(feed.name)) ?? UNKNOWN;
  const answer = await source.fetch(feed, memory.validators);
  if (!answer) return { outcome: 'unchanged', sent: 0, cancelled: 0 };
  const found = changes(feed, answer.text, memory, now());
  const { bodies, events, cancelled, postponed } = found;
  if (events.length === 0 && memory.events.length > 0) return { outcome: 'empty', sent: 0, cancelled: 0 };
  // a server that is asked whether it has the same would keep what waits for the next reading
  const validators = postponed > 0 ? {} : answer.validators;
  const remember = memories.prepare(feed.name, { ...memory, validators, events });
  await outbox.send(bodies);
  await remember();
  refuseTooLarge(`feed ${feed.name}`, found);
  const sent = found.sent();
  return {
    outcome: sent > 0 ? 'changed' : 'unchanged',
    sent,
    cancelled,
    ...(postponed > 0 && { postponed }),
  };
}

function changes(feed: Feed, text: string, memory: FeedMemory, now: number): Changes {
  try {
    const found = changesOf(text, memory.events, { feed, now });
    if (found.events.length <= MOST_EVENTS) return found;
    throw new FeedUnreadableError(feed.name, `has ${found.events.length} events, more than ${MOST_EVENTS}`);
  } catch (error) {
    if (!(error instanceof RequestRefusedError)) throw error;
    throw new FeedUnreadableError(feed.name, error.message, { cause: error });
  }
}
