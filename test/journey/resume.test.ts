import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { microsoftCalendar } from '../../local/calendars/microsoft.ts';
import { type LocalRooms, startLocalRooms } from '../../local/rooms/local-rooms.ts';
import { synthesiseHere } from '../support/synthesise.ts';
import { DAY } from './journey.ts';

const REQUEST = { key: 'kept', display_name: 'Kept', lifetime: 'P30D' };

async function ask({ doors, stack }: LocalRooms): Promise<void> {
  await doors.send(JSON.stringify(REQUEST));
  await stack.settle();
}

const read = (directory: string): { clockOffset: number } =>
  JSON.parse(readFileSync(join(directory, 'stack.json'), 'utf8'));

test('a calendar that started with the stack goes on too: its event keeps its room and its link', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kept-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const options = {
    directory,
    synthesise: synthesiseHere,
    settings: { calendarReadEvery: 'PT12H' },
    calendar: { name: 'microsoft', start: microsoftCalendar },
  };
  const first = await startLocalRooms(options);
  const start = first.stack.clock.now() + 20 * DAY;
  const meeting = { title: 'Planning', description: '#room', start, end: start + DAY / 24 };
  const event = (await first.calendar?.add(meeting)) ?? '';
  await first.doors.readCalendars();
  await first.stack.settle();
  const [room] = await first.doors.rooms();
  const shown = await first.calendar?.show(event);
  expect(shown?.place).toBe(room?.link ?? room?.guestUrl);
  // a process that is killed has no time to save
  expect(readFileSync(join(directory, 'stack.json'), 'utf8')).toContain(shown?.place);
  await first.stop();

  const second = await startLocalRooms(options);
  onTestFinished(() => second.stop());
  await second.doors.readCalendars();
  await second.stack.settle();
  expect(await second.doors.rooms()).toEqual([room]);
  expect(await second.calendar?.show(event)).toEqual(shown);
  await second.calendar?.remove(event);
  await second.doors.readCalendars();
  await second.stack.settle();
  expect(await second.doors.rooms()).toMatchObject([{ key: room?.key, state: 'cancelled' }]);
});

test('a stack that was told where goes on from there: its rooms, its provider, its clock', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kept-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const first = await startLocalRooms({ directory, synthesise: synthesiseHere });
  await ask(first);
  await first.stack.turnTo(first.stack.clock.now() + 2 * DAY);
  // a process that is killed has no time to save
  expect(read(directory).clockOffset).toBe(first.stack.clock.offset());
  const [before, ended] = [await first.doors.room('kept'), first.stack.clock.now()];
  await first.stop();
  // it holds the key that opens rooms
  expect((await stat(join(directory, 'stack.json'))).mode & 0o077).toBe(0);

  const second = await startLocalRooms({ directory, synthesise: synthesiseHere });
  onTestFinished(() => second.stop());
  expect(second.resumed).toBe(true);
  expect(second.stack.clock.now()).toBeGreaterThanOrEqual(ended);
  expect(await second.doors.room('kept')).toEqual(before);
  await ask(second);
  expect(await second.doors.room('kept')).toEqual(before);

  // the provider has not forgotten the room, so the daily comparison finds nothing to repair
  await second.stack.turnTo(second.stack.clock.now() + DAY);
  const types = second.doors.announcements().map(({ event }) => event['detail-type']);
  expect(types).not.toContain('Rooms Reconciled');
  expect(await second.doors.room('kept')).toEqual(before);
});
