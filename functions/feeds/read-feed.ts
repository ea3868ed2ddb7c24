import { RequestRefusedError } from '../rooms/model/errors.ts';
import { type Changes, changesOf } from './changes.ts';
import { type Feed, type FeedMemory, type FeedReading, FeedUnreadableError } from './feed.ts';
import { refuseTooLarge } from './message.ts';

/** The outcome of a reading. */
export interface FeedResult {
  /** `empty`: it had events and now has none, which counts as a fault of its server. */
  readonly outcome: 'unchanged' | 'changed' | 'empty';
  readonly sent: number;
  readonly cancelled: number;
  /** Events that are sent after the next reading, because this one has reached its limit. */
  readonly postponed?: number;
}

/** The memory of more events is larger than a row, unless their ids are short. */
const MOST_EVENTS = 5000;

const UNKNOWN: FeedMemory = { revision: 0, validators: {}, events: [] };

/**
 * Reads a feed and sends the changes since the last reading. It sends first and stores the memory last. A
 * crash between the two repeats the messages, which changes nothing.
 *
 * @throws FeedUnreadableError
 * @throws RequestRefusedError if an event was left out; reported once
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
  // with validators the server would answer "unchanged", and the waiting events would not be sent
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
