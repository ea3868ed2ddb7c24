import { describe, expect, it } from 'vitest';
import type { EventUpdate } from '../../../functions/rooms/model/occurrences.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import { mergeIntoRow, toRequest } from '../../../functions/rooms/series/calendar.ts';
import { aRoom, START } from '../../support/rooms.ts';
import { aRequest } from '../../support/world.ts';

const END = START + HOUR;

const anEvent = (more: Partial<EventUpdate> = {}): EventUpdate => ({
  at: '1',
  epoch: '1',
  name: 'Planning',
  origin: { id: 'event' },
  planned: [{ id: START, until: END }],
  whole: true,
  ...more,
});

describe('what a calendar asks for', () => {
  it('is a room with the name of the event, until its last end', () => {
    expect(toRequest({ event: anEvent(), occurrences: [] })).toEqual({
      action: 'ensure',
      spec: {
        settings: { display_name: 'Planning' },
        lifetime: 365 * DAY,
        expiresAt: END,
        renewal: { mode: 'extend', until: END },
      },
    });
  });

  it('is a room without an end for an event without one', () => {
    expect(toRequest({ event: anEvent({ endless: true }), occurrences: [] }).spec).toEqual({
      settings: { display_name: 'Planning' },
      lifetime: 365 * DAY,
      renewal: { mode: 'extend' },
    });
  });

  it('is no room for an event that is cancelled', () => {
    expect(toRequest({ event: anEvent({ cancelled: true }), occurrences: [] })).toEqual({ action: 'cancel' });
  });
});

describe('news on a row', () => {
  const news = { event: anEvent(), occurrences: [] };

  it('leaves a request of another kind as it is', () => {
    const request = aRequest();
    expect(mergeIntoRow(aRoom(), request)).toEqual({ request });
  });

  it('is counted in the sequence, so that news without anything new is a repetition', () => {
    const sequence = { source: 'calendar', value: 'x' } as const;
    const first = mergeIntoRow(undefined, aRequest({ sequence, news }));
    expect(first.request.sequence).toEqual({ source: 'calendar', value: '0000000001' });
    const again = mergeIntoRow(aRoom({ calendar: first.calendar }), aRequest({ sequence, news }));
    expect(again.request.sequence).toEqual(first.request.sequence);
    expect(again.calendar).toBe(first.calendar);
  });

  it('has the ids of the event, or those of the row and the request while no event is known', () => {
    expect(mergeIntoRow(undefined, aRequest({ news })).request.origin).toEqual({ id: 'event' });
    const alone = aRequest({ news: { occurrences: [] }, origin: { id: 'request' } });
    const room = aRoom({ origin: { id: 'row', calendarId: 'team' } });
    expect(mergeIntoRow(room, alone).request.origin).toEqual({ id: 'request', calendarId: 'team' });
    expect(mergeIntoRow(undefined, alone).request.origin).toEqual({ id: 'request' });
  });
});
