import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { caldavCalendar } from '../../../local/calendars/caldav.ts';
import type { LocalCalendar } from '../../../local/calendars/calendar.ts';
import { googleCalendar } from '../../../local/calendars/google.ts';
import { microsoftCalendar } from '../../../local/calendars/microsoft.ts';

const curl = spawnSync('curl', ['--version']).status === 0;

const CALENDARS: readonly [string, () => Promise<LocalCalendar>][] = [
  ['CalDAV', () => caldavCalendar({ now: () => 0 })],
  ['Google', () => googleCalendar(() => 0)],
  ['Microsoft', () => microsoftCalendar(() => 0)],
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
