import { describe, expect, it } from 'vitest';
import { RequestRefusedError } from '../../../functions/rooms/model/errors.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import { MOST_ROOMS, planSeries } from '../../../functions/rooms/series/plan.ts';
import type {
  OccurrenceRequest,
  RememberedRoom,
  SeriesMemory,
  SeriesUpdate,
  WholeUpdate,
} from '../../../functions/rooms/series/update.ts';
import { START } from '../../support/rooms.ts';

const NOW = START;

function occurrence(
  key: string,
  more: Partial<OccurrenceRequest['room']> & { at?: string } = {},
): OccurrenceRequest {
  const { at = '1', ...rest } = more;
  const room = { key, start: NOW + DAY, until: NOW + DAY + HOUR, ...rest };
  const told = { at, epoch: at, id: room.start, until: room.until, name: key };
  return {
    room,
    request: {
      key,
      action: 'ensure',
      sequence: { source: 'calendar', value: at },
      news: { occurrences: [told] },
    },
  };
}

const remembered = (key: string, more: Partial<RememberedRoom> = {}): RememberedRoom => ({
  ...occurrence(key).room,
  planned: true,
  ...more,
});

function plan(
  whole: Partial<WholeUpdate> | undefined,
  known: Partial<SeriesMemory> = {},
  exceptions: readonly OccurrenceRequest[] = [],
) {
  const news: SeriesUpdate = { key: 'series', name: 'Planning', origin: {}, exceptions, body: 'body' };
  const memory = { key: 'series', revision: 0, at: '0', cancelled: false, floor: '', rooms: [], waiting: [] };
  const full = whole && { at: '1', cancelled: false, complete: false, planned: [], ...whole };
  return planSeries(news, { ...memory, ...known }, full, NOW);
}

const keys = (list: readonly { readonly key: string }[]) => list.map(({ key }) => key);

describe('the rooms that a series remembers', () => {
  it('are those that may still be needed, planned or asked for alone', () => {
    const known = [remembered('over', { until: NOW }), remembered('goes on', { until: NOW + 1 })];
    const { memory } = plan({ planned: [occurrence('planned')] }, { rooms: known }, [occurrence('alone')]);
    expect(memory.rooms.map(({ key, planned }) => [key, planned])).toEqual([
      ['alone', false],
      ['goes on', false],
      ['planned', true],
    ]);
  });

  it('are needed until the latest end that was ever told', () => {
    const later = remembered('moved', { until: NOW + 9 * DAY });
    const { memory } = plan({ planned: [occurrence('moved')] }, { rooms: [later] });
    expect(memory.rooms).toMatchObject([{ key: 'moved', until: NOW + 9 * DAY }]);
  });

  it('are planned no more where the newest news plans them no more, once their removal was asked for', () => {
    const { memory, unfinished, requests } = plan({}, { rooms: [remembered('gone')] });
    expect(memory.rooms).toMatchObject([{ key: 'gone', planned: false }]);
    expect(unfinished?.rooms).toMatchObject([{ key: 'gone', planned: true }]);
    expect(requests).toMatchObject([{ key: 'gone', action: 'cancel' }]);
  });
});

describe('what is left to be done after a crash', () => {
  it('is nothing where nothing is removed and nothing has come near', () => {
    expect(plan({ planned: [occurrence('a')] }, { rooms: [remembered('a')] }).unfinished).toBeUndefined();
    expect(plan({}, { rooms: [remembered('alone', { planned: false })] }).unfinished).toBeUndefined();
  });

  it('is the removal of any room that was planned', () => {
    const rooms = [remembered('planned'), remembered('alone', { planned: false })];
    expect(keys(plan({}, { rooms }).unfinished?.rooms ?? [])).toEqual(['planned', 'alone']);
  });

  it('is what has come near, and what waits goes on waiting', () => {
    const near = { ...occurrence('near'), from: NOW };
    const far = { ...occurrence('far'), from: NOW + 1 };
    const { memory, unfinished, requests } = plan(undefined, { waiting: [far, near] });
    expect(keys(requests)).toEqual(['near']);
    expect(memory.waiting).toEqual([far]);
    expect(unfinished?.waiting).toEqual([near, far]);
  });
});

describe('an occurrence that is told of by itself', () => {
  it('is asked for once where it is planned too, with the later of both ends', () => {
    const alone = occurrence('a', { at: '2', until: NOW + 5 * DAY });
    const { requests, memory } = plan({ planned: [occurrence('a')] }, {}, [alone]);
    expect(keys(requests)).toEqual(['a']);
    expect(requests[0]?.news?.occurrences.map(({ at }) => at)).toEqual(['1', '2']);
    expect(memory.rooms).toEqual([{ ...alone.room, planned: true }]);
  });

  it('hears that the series is cancelled', () => {
    const [request] = plan({ cancelled: true }, {}, [occurrence('a')]).requests;
    expect(request?.news?.event).toMatchObject({ at: '1', cancelled: true });
    const [other] = plan({}, {}, [occurrence('a')]).requests;
    expect(other?.news?.event).toBeUndefined();
  });
});

describe('the limit of rooms', () => {
  const many = (count: number, more: Parameters<typeof occurrence>[1] = {}) =>
    Array.from({ length: count }, (_, nth) => occurrence(`room-${nth}`, more));
  const cancelling = (request: OccurrenceRequest): OccurrenceRequest => ({
    ...request,
    request: { ...request.request, action: 'cancel' },
  });

  it('counts rooms that are new, however they are told of', () => {
    expect(plan(undefined, {}, many(MOST_ROOMS)).requests).toHaveLength(MOST_ROOMS);
    expect(() => plan(undefined, {}, many(MOST_ROOMS + 1))).toThrow(RequestRefusedError);
    const known = { rooms: [remembered('other')] };
    expect(() => plan(undefined, known, many(MOST_ROOMS))).toThrow(/more than 200 occurrences/);
  });

  it('counts neither what is known, nor what is over, nor what is cancelled', () => {
    const known = { rooms: [remembered('room-0')] };
    expect(plan(undefined, known, many(MOST_ROOMS)).requests).toHaveLength(MOST_ROOMS);
    const count = MOST_ROOMS + 1;
    expect(plan(undefined, {}, many(count, { until: NOW })).requests).toHaveLength(count);
    expect(plan(undefined, {}, many(count).map(cancelling)).requests).toHaveLength(count);
  });

  it('refuses nothing where more rooms are known already and none is new', () => {
    const rooms = many(MOST_ROOMS + 1).map(({ room }) => ({ ...room, planned: false }));
    expect(plan(undefined, { rooms }, [occurrence('room-0')]).requests).toHaveLength(1);
  });
});

describe('the next look', () => {
  it('is at the first that comes within the horizon, planned or waiting', () => {
    const next = { start: NOW + 30 * DAY, at: NOW + 16 * DAY };
    expect(plan({ next }).memory).toMatchObject({ nextAt: next.at, next: { at: next.at, body: 'body' } });
    const far = { ...occurrence('far'), from: NOW + DAY };
    expect(plan({ next }, {}, [far]).memory).toMatchObject({ nextAt: next.at, next: { at: NOW + DAY } });
    const { memory } = plan({}, {}, [far]);
    expect(memory.next).toEqual({ at: NOW + DAY, body: 'body' });
    expect('nextAt' in memory).toBe(false);
  });

  it('is none where nothing is to come, or the series is cancelled', () => {
    expect(plan({}).memory.next).toBeUndefined();
    const far = { ...occurrence('far'), from: NOW + DAY };
    expect(plan({ cancelled: true }, {}, [far]).memory.next).toBeUndefined();
  });
});
