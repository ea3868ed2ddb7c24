import { type DynamoDb, isConditionFailed } from '../aws/operations.ts';
import type { OutageStore } from '../circuits.ts';

/** A key that no caller can name. */
const OUTAGES = { roomKey: '#outages', entry: 'open' };

/** The known outages, in one entry of the rooms table: read only when calls fail. */
export function outagesTable(dynamoDb: DynamoDb, TableName: string): OutageStore {
  return {
    async read() {
      const { Item } = await dynamoDb('GetItem', { TableName, Key: OUTAGES, ConsistentRead: true });
      return { version: Item?.version ?? 0, open: Item?.open ?? {} };
    },

    async replace({ version, open }) {
      try {
        await dynamoDb('PutItem', {
          TableName,
          Item: { ...OUTAGES, version, open },
          ConditionExpression: 'attribute_not_exists(version) OR version = :before',
          ExpressionAttributeValues: { ':before': version - 1 },
        });
        return true;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw error;
      }
    },
  };
}
