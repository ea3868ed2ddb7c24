import type { RoomContext } from '../lifecycle/context.ts';
import { onKey } from '../lifecycle/pending.ts';
import { recoverRoom } from '../lifecycle/recover.ts';
import { withAnnouncement } from '../model/announcements.ts';
import { RequestRefusedError } from '../model/errors.ts';
import { alreadySeen, type Result } from '../model/result.ts';
import type { RoomRequest } from '../model/room.ts';
import { sequenceOf, withSequence } from '../model/sequence.ts';
import { unknownRoom } from './hold.ts';

/**
 * Replaces the link of a key, for example after the link has leaked. The room and its guest link stay. A key that
 * has no link yet has none to replace: its first link will be newer than the request.
 */
export async function relinkRoom(request: RoomRequest, context: RoomContext): Promise<Result> {
  const { links } = context;
  if (!links)
    throw new RequestRefusedError('action: relink is for deployments with links, and here they are off');
  const sequence = sequenceOf(request);
  return onKey(request.key, context, async (found) => {
    if (!found) throw unknownRoom(request);
    const room = await recoverRoom(found, context);
    const known = alreadySeen(room, sequence);
    if (known) return known;
    const seen = {
      ...room,
      sequences: withSequence(room.sequences, sequence),
      updatedAt: context.now(),
    };
    if (!room.spec) return { outcome: 'noted', room: await context.rooms.write(seen) };
    const { slug, withdrawnSlugs = [] } = room;
    const written = await context.rooms.write({
      ...seen,
      slug: links.newSlug(),
      withdrawnSlugs: slug === undefined ? withdrawnSlugs : [...withdrawnSlugs, slug],
      unannounced: withAnnouncement(room, { type: 'Room Relinked', reason: 'requested' }),
    });
    return { outcome: 'relinked', room: written };
  });
}
