import { expect, test } from 'vitest';
import { startCaldav } from '../../../emulators/caldav/caldav.ts';
import { caldavCalendar } from '../../../local/calendars/caldav.ts';

test('a calendar of any server is connected by its URL', async () => {
  const server = await startCaldav({
    users: [{ name: 'ann', tokens: ['word'] }],
    calendars: ['ann/the team'],
  });
  const url = `${server.url}/ann/the%20team/`;
  const calendar = await caldavCalendar({ url, login: 'word', now: () => 0 });
  expect(calendar.connection).toMatchObject({ baseUrl: `${server.url}/ann`, calendars: ['the team'] });
  await calendar.add({ title: 'Planning', description: '#room', start: 0, end: 3_600_000 });
  expect(server.calendar('ann/the team').members).toHaveLength(1);
  const meeting = { title: 'Planning', description: '#room', start: 0, end: 3_600_000 };
  const stranger = await caldavCalendar({ url, login: 'another', now: () => 0 });
  await expect(stranger.add(meeting)).rejects.toThrow(
    'answers 401 to the PUT of an event: check CALDAV_LOGIN',
  );
  await server.close();
  await expect(calendar.add(meeting)).rejects.toThrow(
    'gives no answer: check --url, and whether its server runs',
  );
});

test.each([
  ['team', 'ann:word', '--url must be the URL of a calendar'],
  ['https://caldav.example.com/', 'ann:word', '--url must be the URL of a calendar'],
  ['https://caldav.example.com/ann/team/', undefined, 'set CALDAV_LOGIN'],
])('%s with the login %s is refused', async (url, login, message) => {
  await expect(caldavCalendar({ url, login, now: () => 0 })).rejects.toThrow(message);
});
