import { describe, expect, it } from 'vitest';
import { type LinkRewriting, rewriteLinks } from '../../../functions/rooms/fleet/rewrite-links.ts';
import type { PastGeneration, Room } from '../../../functions/rooms/model/room.ts';
import { MINUTE } from '../../../functions/rooms/model/time.ts';
import { aSpec } from '../../support/rooms.ts';

const wanted = (key: string) => ({ key, generation: 2, revision: 7, spec: aSpec() }) as Room;
const tombstone = (key: string) => ({ key, generation: 0, revision: 7 }) as Room;
const past = (key: string) => ({ key, generation: 1 }) as PastGeneration;

/** A table of as many pages as given. */
function table(pages: readonly (readonly (Room | PastGeneration)[])[], timeLeft: () => number) {
  const sent: string[] = [];
  const rewriting: LinkRewriting = {
    rooms: {
      scan: async (cursor = '0') => {
        const next = Number(cursor) + 1;
        return { items: pages[next - 1] ?? [], cursor: next < pages.length ? `${next}` : undefined };
      },
    },
    rotations: {
      send: async (orders) => {
        sent.push(...orders.map(({ order: { key, generation, cause } }) => `${cause} ${key} ${generation}`));
      },
    },
    timeLeft,
  };
  return { sent, rewriting };
}

describe('all links', () => {
  it('are those of the keys that were asked for, once each', async () => {
    const pages = [[wanted('a'), past('a')], [tombstone('never-asked')], [wanted('b')]];
    const { sent, rewriting } = table(pages, () => 10 * MINUTE);
    expect(await rewriteLinks(undefined, rewriting)).toEqual({ nominated: 2, next: undefined });
    expect(sent).toEqual(['link a 2', 'link b 2']);
  });

  it('are left to a successor where there is no time for all', async () => {
    let left = 3 * MINUTE;
    const pages = [[wanted('a')], [wanted('b')], [wanted('c')]];
    const { sent, rewriting } = table(pages, () => {
      left -= MINUTE;
      return left;
    });
    const first = await rewriteLinks(undefined, rewriting);
    expect(first).toEqual({ nominated: 2, next: '2' });
    expect(await rewriteLinks(first.next, rewriting)).toEqual({ nominated: 1, next: undefined });
    expect(sent).toEqual(['link a 2', 'link b 2', 'link c 2']);
  });
});
