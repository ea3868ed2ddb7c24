import { startGoogleCalendar } from '../../../emulators/google-calendar/google-calendar.ts';
import { newKeyPair } from '../../../emulators/key-pair.ts';

const OWNER = 'busy@example.org';
const ROBOT = 'rooms@project.iam.gserviceaccount.com';

/** Google's own quota for a user. */
const QUOTA = 600;

/** A calendar of Google with many events, of which only so many calls a minute are accepted. */
export async function startBusyCalendar(now: () => number) {
  const { CALENDAR_EVENTS } = process.env;
  const events = Number(CALENDAR_EVENTS ?? 12);
  const perMinute = CALENDAR_EVENTS === undefined ? 16 : QUOTA;
  const { privateKey, publicKey } = newKeyPair();
  const google = await startGoogleCalendar({
    serviceAccounts: [{ email: ROBOT, publicKeys: { key: publicKey } }],
    calendars: [{ id: OWNER, sharedWith: { [ROBOT]: 'writer' } }],
    now,
    perMinute,
    seed: 3,
  });
  const ids: string[] = [];
  const calls = () => google.calls.all.filter(({ path }) => path.includes('/events'));
  return {
    events,
    perMinute,
    connection: { name: 'busy', kind: 'google', calendars: [OWNER], baseUrl: google.url },
    credential: JSON.stringify({ client_email: ROBOT, private_key: privateKey, token_uri: google.tokenUrl }),
    fill(start: number) {
      const at = (instant: number) => ({ dateTime: new Date(instant).toISOString(), timeZone: 'UTC' });
      for (let n = 0; n < events; n += 1) {
        const begin = start + n * 60_000;
        ids.push(
          google.add(OWNER, { summary: `Busy ${n} #room`, start: at(begin), end: at(begin + 60_000) }),
        );
      }
    },
    texts: () => ids.map((id) => String(google.event(OWNER, id)?.description)),
    calls,
    close: () => google.close(),
  };
}
