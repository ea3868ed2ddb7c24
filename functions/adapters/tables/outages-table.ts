import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { OutageStore } from '../circuits.ts';

/** A key that no caller can name. */
const OUTAGES = { roomKey: '#outages', entry: 'open' };

/** The known outages, in one entry of the rooms table: read only when calls fail. */
export function outagesTable(client: DynamoDBClient, TableName: string): OutageStore {
  const table = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return {
    async read() {
      const { Item } = await table.send(new GetCommand({ TableName, Key: OUTAGES, ConsistentRead: true }));
      return { version: Item?.version ?? 0, open: Item?.open ?? {} };
    },

    async replace({ version, open }) {
      try {
        await table.send(
          new PutCommand({
            TableName,
            Item: { ...OUTAGES, version, open },
            ConditionExpression: 'attribute_not_exists(version) OR version = :before',
            ExpressionAttributeValues: { ':before': version - 1 },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}
