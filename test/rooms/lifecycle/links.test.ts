import { describe, expect, it } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { isLinkShown, rewriteLink, showLink } from '../../../functions/rooms/lifecycle/links.ts';
import { RoomChangedError } from '../../../functions/rooms/model/errors.ts';
import type { Links } from '../../../functions/rooms/model/link.ts';
import { HOUR } from '../../../functions/rooms/model/time.ts';
import { blankRoom } from '../../../functions/rooms/model/transitions.ts';
import { START } from '../../support/rooms.ts';
import { aRequest, makeWorld } from '../../support/world.ts';

/** A room whose link stands in the links table with a revision that differs from the row's by so much. */
async function withLink(ahead = 0) {
  const world = makeWorld();
  await ensureRoom(aRequest(), world.context);
  const row = world.row('weekly');
  const link = world.links.of('weekly');
  if (!link) throw new Error('there is no link');
  world.links.items.set(link.slug, { ...link, revision: row.revision + ahead });
  world.clock.now += HOUR;
  return { ...world, found: row, slug: link.slug };
}

it('a key that nobody asked a room for has no link that could be missing', () => {
  const { links } = makeWorld();
  expect(isLinkShown(blankRoom('weekly', START), links)).toBe(true);
});

describe('a link that is newer than its row, as after a restore,', () => {
  it('is written with a revision that is newer still', async () => {
    const { context, found, links, slug } = await withLink(1);
    const shown = await showLink({ ...found, shownLink: undefined }, context);
    expect(shown.revision).toBeGreaterThan(found.revision);
    expect(shown.shownLink).toBe(found.shownLink);
    expect(links.items.get(slug)?.revision).toBe(shown.revision);
  });

  it('is left to another worker where that is faster each time', async () => {
    const { context, found } = await withLink(2 * HOUR);
    const error = await showLink({ ...found, shownLink: undefined }, context).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(RoomChangedError);
    expect(error.message).toBe('the link of room weekly was changed by another worker');
  });

  it('is noted on the row where every link is written again', async () => {
    const { context, found, row } = await withLink(1);
    const written = await rewriteLink(found, context);
    expect(written.revision).toBeGreaterThan(found.revision);
    expect(row('weekly')).toEqual(written);
    expect(isLinkShown(written, context.links ?? makeWorld().links)).toBe(true);
  });
});

it('a link that was replaced is withdrawn before the new one is shown', async () => {
  const { context, found, links, slug } = await withLink();
  const written: string[] = [];
  const write: Links['write'] = async (link) => {
    written.push(`${link.slug} ${link.state}`);
    return links.write(link);
  };
  const replaced = { ...found, slug: 'new', withdrawnSlugs: [slug], shownLink: undefined };
  await showLink(replaced, { ...context, links: { ...links, write } });
  expect(written).toEqual([`${slug} withdrawn`, 'new kept']);
});

describe('where every link is written again', () => {
  it('one that the table lost is there again, and the row stays', async () => {
    const { context, found, links, slug, row } = await withLink();
    links.items.clear();
    expect(await rewriteLink(found, context)).toBe(found);
    expect(links.items.get(slug)?.revision).toBe(found.revision);
    expect(row('weekly')).toEqual(found);
  });

  it('one that is not written yet is left to whoever finishes the row', async () => {
    const { context, found, links } = await withLink();
    links.items.clear();
    const behind = { ...found, shownLink: undefined };
    expect(await rewriteLink(behind, context)).toBe(behind);
    expect(links.items.size).toBe(0);
  });

  it('none is where there are no links', async () => {
    const { context, found } = await withLink();
    const { links: _, ...without } = context;
    expect(await rewriteLink(found, without)).toBe(found);
  });
});
