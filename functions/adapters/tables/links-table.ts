import { randomBytes } from 'node:crypto';
import type { Links } from '../../rooms/model/link.ts';
import type { Duration } from '../../rooms/model/time.ts';
import { type DynamoDb, isConditionFailed } from '../aws/operations.ts';
import { toLinkItem } from './link-item.ts';

/** 128 random bits. */
const SLUG_BYTES = 16;

export interface LinksTableOptions {
  readonly tableName: string;
  /** How long the link of an ended room is kept: as long as its row. */
  readonly retention: Duration;
  /** The start of every link; ends in a slash. */
  readonly linksUrl: string;
  /** Whether pages show the names of rooms. */
  readonly names: boolean;
}

/** The links table, as the workers write it. */
export function linksTable(
  dynamoDb: DynamoDb,
  { tableName: TableName, retention, linksUrl, names }: LinksTableOptions,
): Links {
  return {
    names,
    host: new URL(linksUrl).host,
    table: TableName,
    newSlug: () => randomBytes(SLUG_BYTES).toString('base64url'),
    async write(link) {
      try {
        await dynamoDb('PutItem', {
          TableName,
          Item: toLinkItem(link, retention),
          // a repeated write after a crash has the same revision
          ConditionExpression: 'attribute_not_exists(slug) OR revision <= :revision',
          ExpressionAttributeValues: { ':revision': link.revision },
        });
        return 'written';
      } catch (error) {
        if (isConditionFailed(error)) return 'newer-stands';
        throw error;
      }
    },
  };
}
