import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type FeedMemories, FeedUnreadableError, type KnownEvent } from '../../feeds/feed.ts';
import { RoomChangedError } from '../../rooms/model/errors.ts';
import { compressed, decompressed } from './compression.ts';

/** Of the 400 KB of a row; the rest is for what a server gives as ETag, whose headers have 16 KB at most. */
const MOST_BYTES = 380 * 1024;

/**
 * What feeds were like, one row a feed, in the table of calendars. The events are packed: thousands of them must fit
 * into the 400 KB of a row.
 */
export function feedMemories(client: DynamoDBClient, TableName: string): FeedMemories {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return {
    async read(feed) {
      const { Item } = await documents.send(
        new GetCommand({ TableName, Key: { id: idOf(feed) }, ConsistentRead: true }),
      );
      if (!Item) return undefined;
      const { revision, address, etag, lastModified, events } = Item;
      return {
        revision,
        validators: { address, etag, lastModified },
        events: fromPairs(decompressed(events)),
      };
    },
    prepare(feed, { revision, validators, events }) {
      const put = new PutCommand({
        TableName,
        Item: {
          id: idOf(feed),
          revision: revision + 1,
          ...validators,
          events: mustFit(feed, compressed(toPairs(events))),
        },
        ConditionExpression: 'attribute_not_exists(id) OR revision = :revision',
        ExpressionAttributeValues: { ':revision': revision },
      });
      return async () => {
        try {
          await documents.send(put);
        } catch (cause) {
          if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
          throw new RoomChangedError(`feed ${feed} was read by another worker meanwhile`, { cause });
        }
      };
    },
  };
}

/** @throws FeedUnreadableError */
function mustFit(feed: string, events: Uint8Array): Uint8Array {
  if (events.length <= MOST_BYTES) return events;
  throw new FeedUnreadableError(
    feed,
    `has too many events with long ids: packed they have ${events.length} bytes, and ${MOST_BYTES} can be remembered`,
  );
}

/** Other things of calendars stand in the same table. */
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
