import { expect, test } from 'vitest';
import { caldavCalendar } from '../../../local/calendars/caldav.ts';
import type { LocalCalendar } from '../../../local/calendars/calendar.ts';
import { googleCalendar } from '../../../local/calendars/google.ts';
import { microsoftCalendar } from '../../../local/calendars/microsoft.ts';

test.each<[string, () => Promise<LocalCalendar>]>([
  ['CalDAV', () => caldavCalendar({ now: () => 0 })],
  ['Google', () => googleCalendar(() => 0)],
  ['Microsoft', () => microsoftCalendar(() => 0)],
])('a calendar of %s takes an event, shows it, and lets it go', async (_, start) => {
  const calendar = await start();
  const description = 'Bring the plan. #room';
  const event = await calendar.add({ title: 'Planning', description, start: 0, end: 3_600_000 });
  expect(await calendar.show(event)).toEqual({ place: '', description });
  await calendar.remove(event);
  await expect(async () => (await calendar.show(event)).description).rejects.toThrow();
  await calendar.close();
});
