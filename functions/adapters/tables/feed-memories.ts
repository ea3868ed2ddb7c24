import {
  type FeedMemories,
  FeedUnreadableError,
  type KnownEvent,
  type Validators,
} from '../../feeds/feed.ts';
import type { DynamoDb } from '../aws/operations.ts';
import { compressed, decompressed } from './compression.ts';
import { type Item, VersionedRows } from './versioned-rows.ts';

/** The limit of a row is 400 KB; the rest is for the server's ETag, whose headers have at most 16 KB. */
const MOST_BYTES = 380 * 1024;

/**
 * The last known events of feeds, one row for each feed, in the table of calendars. The events are
 * compressed: thousands of them must fit into the 400 KB of a row.
 */
export function feedMemories(dynamoDb: DynamoDb, TableName: string): FeedMemories {
  const rows = new VersionedRows(dynamoDb, TableName, 'revision');
  return {
    async read(feed) {
      const item = await rows.read(idOf(feed));
      if (!item) return undefined;
      // as `prepare` wrote it
      const { revision, events, address, etag, lastModified } = item as Item & StoredFeed;
      return {
        revision,
        validators: { address, etag, lastModified },
        events: fromPairs(decompressed(events)),
      };
    },
    prepare(feed, { revision, validators, events }) {
      const packed = mustFit(feed, compressed(toPairs(events)));
      return rows.prepare(
        { id: idOf(feed), revision, ...validators, events: packed },
        `feed ${feed} was read by another worker meanwhile`,
      );
    },
  };
}

interface StoredFeed extends Validators {
  readonly revision: number;
  readonly events: Uint8Array;
}

/** @throws FeedUnreadableError */
function mustFit(feed: string, events: Uint8Array): Uint8Array {
  if (events.length <= MOST_BYTES) return events;
  throw new FeedUnreadableError(
    feed,
    `has too many events with long ids: packed they have ${events.length} bytes, and ${MOST_BYTES} can be remembered`,
  );
}

/** The same table has rows of other kinds. */
function idOf(feed: string): string {
  return `feed:${feed}`;
}

type Pair = readonly [uid: string, digest: string];

function toPairs(events: readonly KnownEvent[]): readonly Pair[] {
  return events.map(({ uid, digest }) => [uid, digest]);
}

function fromPairs(pairs: readonly Pair[]): readonly KnownEvent[] {
  return pairs.map(([uid, digest]) => ({ uid, digest }));
}
