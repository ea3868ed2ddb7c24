import { randomInt } from 'node:crypto';
import type { KeptCalendar } from '../../emulators/google-calendar/calendars.ts';
import { startGoogleCalendar } from '../../emulators/google-calendar/google-calendar.ts';
import { newKeyPair } from '../../emulators/key-pair.ts';
import { HOUR } from '../../functions/rooms/model/time.ts';
import { BY_HAND, type CalendarParts, type LocalCalendar, MARKED, OWNER, postedByHand } from './calendar.ts';

const ROBOT = 'rooms@project.iam.gserviceaccount.com';

const timeOf = (instant: number) => ({ dateTime: new Date(instant).toISOString(), timeZone: 'UTC' });

interface GoogleState {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly events: readonly KeptCalendar[];
}

/** A calendar on the emulator of Google Calendar, shared with a service account. */
export async function googleCalendar({ now, kept, onChange }: CalendarParts): Promise<LocalCalendar> {
  // as `state` returns it
  const { privateKey, publicKey, events } = (kept as GoogleState) ?? { ...newKeyPair(), events: [] };
  const google = await startGoogleCalendar({
    serviceAccounts: [{ email: ROBOT, publicKeys: { key: publicKey } }],
    calendars: [{ id: OWNER, sharedWith: { [ROBOT]: 'writer' } }],
    now,
    // an id must not be that of an earlier run's event
    seed: randomInt(2 ** 32),
    kept: events,
    ...(onChange && { onChange }),
  });
  return {
    title: 'an emulator of Google Calendar',
    address: `${google.url}/calendars/${OWNER}`,
    connection: { name: 'google', kind: 'google', baseUrl: google.url, calendars: [OWNER], ...MARKED },
    credential: JSON.stringify({
      client_email: ROBOT,
      private_key: privateKey,
      private_key_id: 'key',
      token_uri: google.tokenUrl,
    }),
    add: async ({ title, description, start, end }) =>
      google.add(OWNER, { summary: title, description, start: timeOf(start), end: timeOf(end) }),
    async show(id) {
      const { location = '', description = '', status } = google.event(OWNER, id) ?? {};
      if (status === 'cancelled') throw new Error('the event is deleted');
      return { place: String(location), description: String(description) };
    },
    remove: async (id) => google.remove(OWNER, id),
    byHand: (start) =>
      postedByHand(google.url, { summary: BY_HAND, start: timeOf(start), end: timeOf(start + HOUR) }),
    state: (): GoogleState => ({ privateKey, publicKey, events: google.kept() }),
    close: () => google.close(),
  };
}
