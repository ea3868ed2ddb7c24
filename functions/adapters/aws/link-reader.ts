import type { Link } from '../../rooms/model/link.ts';
import { type LinkItem, toLink } from '../tables/link-item.ts';
import type { CallAws } from './call.ts';

export interface LinkReader {
  /** Eventually consistent: half a read unit. */
  read(slug: string): Promise<Link | undefined>;
}

interface Attribute {
  readonly S?: string;
  readonly N?: string;
}

/** The links table, as the public function reads it. */
export function linkReader(call: CallAws, endpoint: URL, tableName: string): LinkReader {
  return {
    async read(slug) {
      const { Item } = (await call({
        service: 'dynamodb',
        target: 'DynamoDB_20120810.GetItem',
        endpoint,
        body: { TableName: tableName, Key: { slug: { S: slug } } },
        // the shape of an answer of GetItem
      })) as { readonly Item?: Readonly<Record<string, Attribute>> };
      return Item && toLink(plain(Item));
    },
  };
}

function plain(item: Readonly<Record<string, Attribute>>): LinkItem {
  const entries = Object.entries(item).map(([name, { S, N }]) => [name, S ?? Number(N)]);
  // the table has one writer, which writes texts and numbers
  return Object.fromEntries(entries) as unknown as LinkItem;
}
