import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LinkItem, toLink } from '../../../functions/adapters/tables/link-item.ts';
import { linksTable } from '../../../functions/adapters/tables/links-table.ts';
import type { Link, Links } from '../../../functions/rooms/model/link.ts';
import { DAY, SECOND } from '../../../functions/rooms/model/time.ts';
import { makeLinksTable, startDynalite, type Tables } from '../../../local/engines/table-engines.ts';
import { memoryLinks } from '../../support/memory-links.ts';
import { START } from '../../support/rooms.ts';

const A_LINK: Link = {
  slug: 'AAAAAAAAAAAAAAAAAAAAAA',
  key: 'team-a/stand-up',
  state: 'kept',
  revision: 7,
  url: 'https://meetings.example/1',
  expiresAt: START,
  name: 'Stand-up',
};

interface Tried {
  readonly links: Links;
  read(slug: string): Promise<Link | undefined>;
}

describe('the links table in memory that campaigns use', () =>
  describeLinks(async () => {
    const links = memoryLinks();
    return { links, read: async (slug) => links.items.get(slug) };
  }));

describe('the links table on dynalite', () => {
  let tables: Tables;
  beforeAll(async () => {
    tables = await startDynalite();
  });
  afterAll(() => tables.stop());

  const make = async () => {
    const tableName = await makeLinksTable(tables);
    const links = linksTable(tables.dynamoDb, {
      tableName,
      retention: 90 * DAY,
      linksUrl: 'https://meet.example/',
      names: true,
    });
    const item = async (slug: string) => {
      const { Item } = await tables.client.send(
        new GetItemCommand({ TableName: tableName, Key: { slug: { S: slug } } }),
      );
      return Item && (unmarshall(Item) as LinkItem);
    };
    return { links, item };
  };

  describeLinks(async () => {
    const { links, item } = await make();
    return {
      links,
      async read(slug) {
        const found = await item(slug);
        return found && toLink(found);
      },
    };
  });

  it('forgets a link with the row of its room, and never before', async () => {
    const { links, item } = await make();
    await links.write({ ...A_LINK, state: 'cancelled', neededUntil: START });
    expect((await item(A_LINK.slug))?.ttl).toBe((START + 90 * DAY) / SECOND);
    await links.write({ ...A_LINK, revision: 8 });
    expect((await item(A_LINK.slug))?.ttl).toBeUndefined();
  });

  it('makes slugs of 128 random bits', async () => {
    const { links } = await make();
    const slugs = Array.from({ length: 100 }, () => links.newSlug());
    expect(new Set(slugs).size).toBe(100);
    for (const slug of slugs) expect(slug).toMatch(/^[\w-]{22}$/);
  });

  it('knows the host of the links, so that no link leads to a link', async () => {
    expect((await make()).links.host).toBe('meet.example');
  });
});

function describeLinks(make: () => Promise<Tried>) {
  it('has a link as it was written', async () => {
    const { links, read } = await make();
    expect(await links.write(A_LINK)).toBe('written');
    expect(await read(A_LINK.slug)).toEqual(A_LINK);
  });

  it('takes a newer link, and the same one once more', async () => {
    const { links, read } = await make();
    await links.write(A_LINK);
    expect(await links.write(A_LINK)).toBe('written');
    expect(await links.write({ ...A_LINK, revision: 8, state: 'held' })).toBe('written');
    expect((await read(A_LINK.slug))?.state).toBe('held');
  });

  it('keeps the newer link when an older writer comes late', async () => {
    const { links, read } = await make();
    await links.write({ ...A_LINK, revision: 9, state: 'withdrawn' });
    expect(await links.write(A_LINK)).toBe('newer-stands');
    expect((await read(A_LINK.slug))?.state).toBe('withdrawn');
  });
}
