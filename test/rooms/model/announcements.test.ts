import { describe, expect, it } from 'vitest';
import { shownAt, withAnnouncement, withoutLinks } from '../../../functions/rooms/model/announcements.ts';
import type { Announcement } from '../../../functions/rooms/model/room.ts';
import { aRoom } from '../../support/rooms.ts';

const news = (type: Announcement['type']): Announcement => ({ type, reason: 'requested' });
const types = (list: readonly Announcement[]) => list.map(({ type }) => type);

describe('what is still to be announced', () => {
  it('has one announcement of each type, in the order of the newest', () => {
    const unannounced = [news('Room Created'), news('Room Updated')];
    const all = withAnnouncement(aRoom({ unannounced }), { type: 'Room Created', reason: 'found' });
    expect(all).toEqual([news('Room Updated'), { type: 'Room Created', reason: 'found' }]);
  });

  it('has no link any more once the room is cancelled, but still that something was refused', () => {
    const unannounced = [news('Room Created'), news('Room Rejected'), news('Room Held')];
    expect(types(withAnnouncement(aRoom({ unannounced }), news('Room Cancelled')))).toEqual([
      'Room Rejected',
      'Room Cancelled',
    ]);
  });

  it('is without links empty where it was empty, and keeps that the room was cancelled', () => {
    expect(withoutLinks(undefined)).toEqual([]);
    expect(types(withoutLinks([news('Room Cancelled'), news('Room Created')]))).toEqual(['Room Cancelled']);
  });
});

describe('the row that an announcement shows', () => {
  it('is the row itself for the last one, and an earlier revision for those before', () => {
    const room = aRoom({ revision: 7 });
    const unannounced = [news('Room Created'), news('Room Updated')];
    expect(shownAt(room, unannounced, 1)).toBe(room);
    expect(shownAt(room, unannounced, 0)).toEqual({ ...room, revision: 6 });
  });

  it('has no room where the key was cancelled before it got another', () => {
    const unannounced = [news('Room Cancelled'), news('Room Created')];
    expect(shownAt(aRoom({ revision: 7, renewAt: 1 }), unannounced, 0)).toMatchObject({
      revision: 6,
      state: 'cancelled',
      current: undefined,
      previous: undefined,
      renewAt: undefined,
    });
  });
});
