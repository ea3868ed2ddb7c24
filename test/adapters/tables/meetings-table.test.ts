import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { meetingsTable } from '../../../functions/adapters/tables/meetings-table.ts';
import type { Meeting, Meetings } from '../../../functions/connections/meetings.ts';
import { RoomChangedError } from '../../../functions/rooms/model/errors.ts';
import { createCalendarTable, startDynalite, type Tables } from '../../../local/engines/table-engines.ts';
import { memoryMeetings } from '../../support/memory-meetings.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await startDynalite();
  await createCalendarTable(tables.client, 'calendars');
});
afterAll(() => tables.stop());

const aMeeting = (id: string): Meeting => ({
  id,
  version: 0,
  room: { key: 'google:office-a:e1', format: 'google', calendar: 'office-a', event: 'e1' },
  places: [
    { calendar: 'office-a', event: 'e1', rank: 2 },
    { calendar: 'office-b', event: 'e1', rank: 1 },
  ],
});

describe.each<[string, () => Meetings]>([
  ['of the table', () => meetingsTable(tables.dynamoDb, 'calendars')],
  ['in memory', memoryMeetings],
])('meetings %s', (name, makeMeetings) => {
  test('are remembered as they were', async () => {
    const meetings = makeMeetings();
    const id = `${name} one`;
    expect(await meetings.read(id)).toBeUndefined();
    await meetings.write(aMeeting(id));
    expect(await meetings.read(id)).toEqual({ ...aMeeting(id), version: 1 });
    const over = { ...aMeeting(id), version: 1, places: [], forgetAt: Date.parse('2027-03-05T09:00:00Z') };
    await meetings.write(over);
    expect(await meetings.read(id)).toEqual({ ...over, version: 2 });
  });

  test('are written by one of two workers', async () => {
    const meetings = makeMeetings();
    const id = `${name} two`;
    await meetings.write(aMeeting(id));
    await expect(meetings.write(aMeeting(id))).rejects.toThrow(RoomChangedError);
    await meetings.write({ ...aMeeting(id), version: 1, places: [] });
    await expect(meetings.write({ ...aMeeting(id), version: 1 })).rejects.toThrow(RoomChangedError);
    expect(await meetings.read(id)).toMatchObject({ version: 2, places: [] });
  });
});
