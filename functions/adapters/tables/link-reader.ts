import type { Link } from '../../rooms/model/link.ts';
import type { DynamoDb } from '../aws/operations.ts';
import { type LinkItem, toLink } from './link-item.ts';

export interface LinkReader {
  /** Eventually consistent: half a read unit. */
  read(slug: string): Promise<Link | undefined>;
}

/** The links table, as the public function reads it. */
export function linkReader(dynamoDb: DynamoDb, TableName: string): LinkReader {
  return {
    async read(slug) {
      const { Item } = await dynamoDb('GetItem', { TableName, Key: { slug } });
      // the table has one writer
      return Item && toLink(Item as LinkItem);
    },
  };
}
