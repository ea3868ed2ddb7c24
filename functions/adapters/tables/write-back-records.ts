import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { WriteBackRecord, WriteBackRecords } from '../../connections/write-back/record.ts';
import { RoomChangedError } from '../../rooms/model/errors.ts';
import { SECOND } from '../../rooms/model/time.ts';
import { timeToLive } from './time-to-live.ts';

/** Other things of calendars stand in the same table. */
const PREFIX = 'written:';

/** What was written into events, one row a key, in the table of calendars. */
export function writeBackRecords(client: DynamoDBClient, TableName: string): WriteBackRecords {
  const table = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return {
    async read(key) {
      const { Item } = await table.send(
        new GetCommand({ TableName, Key: { id: PREFIX + key }, ConsistentRead: true }),
      );
      if (!Item) return undefined;
      const { version, revision, links, url, problem, copies, ttl } = Item;
      return {
        key,
        version,
        revision,
        links,
        ...(url && { url }),
        ...(problem && { problem }),
        ...(copies && { copies }),
        forgetAt: ttl * SECOND,
      };
    },
    async write({ key, forgetAt, ...record }: WriteBackRecord) {
      const version = record.version + 1;
      try {
        await table.send(
          new PutCommand({
            TableName,
            Item: { ...record, id: PREFIX + key, version, ttl: timeToLive(forgetAt) },
            ConditionExpression: 'attribute_not_exists(id) OR version = :version',
            ExpressionAttributeValues: { ':version': record.version },
          }),
        );
      } catch (cause) {
        if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
        throw new RoomChangedError(
          `the event of room ${key} is written by another worker too; trying again`,
          {
            cause,
          },
        );
      }
      return { ...record, key, forgetAt, version };
    },
  };
}
