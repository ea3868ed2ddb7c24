import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import { removals, withEvent } from '../../../functions/rooms/series/removals.ts';
import type {
  RememberedRoom,
  SeriesMemory,
  SeriesUpdate,
  WholeUpdate,
} from '../../../functions/rooms/series/update.ts';
import { START } from '../../support/rooms.ts';

const ORIGIN = { calendarId: 'a' };

/** What the room of an occurrence hears that the news of a series at 5 does not plan. */
function heard(
  whole: Partial<WholeUpdate>,
  { planned = true, cancelled = false }: { planned?: boolean; cancelled?: boolean } = {},
) {
  const room: RememberedRoom = { key: 'monday', start: START, until: START + HOUR, planned };
  const known: SeriesMemory = {
    key: 'series',
    revision: 1,
    at: '4',
    cancelled,
    floor: '',
    rooms: [room],
    waiting: [],
  };
  const news: SeriesUpdate = {
    key: 'series',
    name: 'Planning',
    origin: ORIGIN,
    exceptions: [],
    body: 'body',
  };
  return removals(room, { at: '5', cancelled: false, complete: false, planned: [], ...whole }, known, news);
}

/** A request that ends the room unless something else that was told needs it. */
const unneeded = (at: string, event: object) => ({
  key: 'monday',
  action: 'cancel',
  sequence: { source: 'calendar', value: at },
  origin: ORIGIN,
  news: {
    occurrences: [],
    event: { at, epoch: at, name: 'Planning', origin: ORIGIN, planned: [], ...event },
  },
});

describe('the room of an occurrence that is not planned any more hears', () => {
  it('that its series is cancelled', () => {
    expect(heard({ cancelled: true })).toEqual([unneeded('5', { cancelled: true })]);
  });

  it('that all was told anew, where it was', () => {
    expect(heard({ complete: true }, { planned: false })).toEqual([
      unneeded('5', { whole: true, complete: true }),
    ]);
  });

  it('that the series has no such occurrence, where it was planned', () => {
    expect(heard({})).toEqual([unneeded('5', { whole: true })]);
    expect('complete' in (heard({})[0]?.news?.event ?? {})).toBe(false);
  });

  it('nothing where it was told of by itself, but that its series is back', () => {
    expect(heard({}, { planned: false })).toEqual([]);
    expect(heard({}, { planned: false, cancelled: true })).toEqual([unneeded('4~', { whole: true })]);
  });
});

it('a request that tells of the event too is as new as the newer of both', () => {
  const occurrences = [{ at: '3', epoch: '3', id: START, until: START + DAY, name: 'Planning' }];
  const request = {
    key: 'monday',
    action: 'ensure',
    sequence: { source: 'calendar', value: '3' },
    news: { occurrences },
  } as const;
  const event = { at: '5', epoch: '5', name: 'Planning', origin: ORIGIN, planned: [] };
  expect(withEvent(request, event)).toEqual({
    ...request,
    sequence: { source: 'calendar', value: '5' },
    news: { occurrences, event },
  });
  expect(withEvent(request, { ...event, at: '2' }).sequence).toEqual({ source: 'calendar', value: '3' });
  const { news: _, ...bare } = request;
  expect(withEvent(bare, event).news).toEqual({ occurrences: [], event });
});
