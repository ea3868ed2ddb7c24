import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Meeting, Meetings } from '../../connections/meetings.ts';
import { RoomChangedError } from '../../rooms/model/errors.ts';
import { SECOND } from '../../rooms/model/time.ts';
import { timeToLive } from './time-to-live.ts';

/** Other things of calendars stand in the same table. */
const PREFIX = 'meeting:';

/** In which connected calendars a meeting is, one row a meeting, in the table of calendars. */
export function meetingsTable(client: DynamoDBClient, TableName: string): Meetings {
  const table = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return {
    async read(id) {
      const { Item } = await table.send(
        new GetCommand({ TableName, Key: { id: PREFIX + id }, ConsistentRead: true }),
      );
      if (!Item) return undefined;
      const { version, room, places, ttl } = Item;
      return { id, version, room, places, ...(ttl !== undefined && { forgetAt: ttl * SECOND }) };
    },
    async write({ id, version, room, places, forgetAt }: Meeting) {
      const ttl = forgetAt === undefined ? undefined : timeToLive(forgetAt);
      try {
        await table.send(
          new PutCommand({
            TableName,
            Item: { id: PREFIX + id, version: version + 1, room, places, ttl },
            ConditionExpression: 'attribute_not_exists(id) OR version = :version',
            ExpressionAttributeValues: { ':version': version },
          }),
        );
      } catch (cause) {
        if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
        throw new RoomChangedError(
          'the copies of a meeting are written by another worker too; trying again',
          {
            cause,
          },
        );
      }
    },
  };
}
