import type { Link, Links } from '../../functions/rooms/model/link.ts';
import { backUp } from './memory-rooms.ts';

export interface MemoryLinks extends Links {
  readonly items: Map<string, Link>;
  /** The link that leads to a key, unless it has several or none. */
  of(key: string): Link | undefined;
  /** @returns a function that restores the whole table to this moment */
  backUp(): () => void;
}

/** The links table in memory. It passes the same tests as the real one (`test/adapters/tables/links-table.test.ts`). */
export function memoryLinks(table = 'links'): MemoryLinks {
  const items = new Map<string, Link>();
  let slugs = 0;
  return {
    items,
    names: false,
    host: 'links.example',
    table,
    newSlug: () => `slug-${String(++slugs).padStart(17, '0')}`,
    of(key) {
      const standing = [...items.values()].filter((link) => link.key === key && link.state !== 'withdrawn');
      return standing.length === 1 ? standing[0] : undefined;
    },
    backUp: () => backUp(items),
    async write(link) {
      const before = items.get(link.slug);
      if (before && before.revision > link.revision) return 'newer-stands';
      items.set(link.slug, link);
      return 'written';
    },
  };
}
