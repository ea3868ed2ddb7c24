import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { calendarSystem } from '../../../functions/adapters/calendars/systems.ts';
import type { Connection } from '../../../functions/connections/connection.ts';
import { caldavCalendar } from '../../../local/calendars/caldav.ts';
import type { CalendarParts, LocalCalendar } from '../../../local/calendars/calendar.ts';
import { googleCalendar } from '../../../local/calendars/google.ts';
import { microsoftCalendar } from '../../../local/calendars/microsoft.ts';

const curl = spawnSync('curl', ['--version']).status === 0;

const now = () => 0;

const CALENDARS: readonly [string, (parts?: Partial<CalendarParts>) => Promise<LocalCalendar>][] = [
  ['CalDAV', (parts) => caldavCalendar({ now, ...parts })],
  ['Google', (parts) => googleCalendar({ now, ...parts })],
  ['Microsoft', (parts) => microsoftCalendar({ now, ...parts })],
];

test.each(CALENDARS)('a calendar of %s takes an event, shows it, and lets it go', async (_, start) => {
  const calendar = await start();
  const description = 'Bring the plan. #room';
  const event = await calendar.add({ title: 'Planning', description, start: 0, end: 3_600_000 });
  expect(await calendar.show(event)).toEqual({ place: '', description });
  await calendar.remove(event);
  await expect(async () => (await calendar.show(event)).description).rejects.toThrow();
  await calendar.close();
});

/** The state in a file, as it was after the last change of an event: a process that is killed saves nothing. */
function kept(start: (parts: Partial<CalendarParts>) => Promise<LocalCalendar>) {
  let file = '';
  return async () => {
    const calendar = await start({
      ...(file !== '' && { kept: JSON.parse(file) }),
      onChange() {
        file = JSON.stringify(calendar.state?.());
      },
    });
    return calendar;
  };
}

test.each(CALENDARS)('a calendar of %s goes on after its process was killed', async (_, start) => {
  const restart = kept(start);
  const first = await restart();
  const meeting = (title: string) => ({ title, description: '#room', start: 0, end: 3_600_000 });
  const ids = [await first.add(meeting('Stays')), await first.add(meeting('Goes'))];
  await first.remove(ids[1] ?? '');
  const [at] = await changesOf(first);
  await first.close();

  const second = await restart();
  expect(second.credential.length).toBe(first.credential.length);
  expect(await second.show(ids[0] ?? '')).toEqual({ place: '', description: '#room' });
  await expect(async () => (await second.show(ids[1] ?? '')).description).rejects.toThrow();
  // the position of the killed one says nothing of this one
  expect(await changesOf(second, at)).toEqual([]);
  expect((await changesOf(second)).slice(1)).toEqual([ids[0]]);
  const later = await second.add(meeting('Later'));
  expect(ids).not.toContain(later);
  await second.close();
});

/** Reads a page as the stack does. @returns the position after it, and its events; nothing if a position is not valid */
async function changesOf({ connection, credential }: LocalCalendar, from?: string): Promise<string[]> {
  const { baseUrl, ...others } = connection;
  // as the construct completes it
  const complete = {
    ...others,
    baseUrl,
    url: baseUrl,
    secret: 's',
    writeBack: 'off',
  } as unknown as Connection;
  const secrets = { read: async () => credential };
  const system = await calendarSystem(complete, { secrets, now, reach: 'this-machine' });
  const page = await system.changes(complete.calendars[0] ?? '', from);
  if (!page) return [];
  return [page.cursor, ...page.events.flatMap((event) => ('removed' in event ? [] : event.id))];
}

test.runIf(curl).each(CALENDARS)(
  'a person writes an event into a calendar of %s by one command',
  async (_, start) => {
    const calendar = await start();
    const command = calendar.byHand?.(0) ?? '';
    expect(command).toContain('#room');
    const { stdout } = await promisify(execFile)('sh', ['-c', command]);
    const { id } = JSON.parse(stdout || '{"id":"by-hand.ics"}');
    expect(await calendar.show(id)).toMatchObject({ place: '' });
    await calendar.close();
  },
);
