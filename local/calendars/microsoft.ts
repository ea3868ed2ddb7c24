import { randomBytes, randomUUID } from 'node:crypto';
import { startGraph } from '../../emulators/graph/graph.ts';
import { HOUR } from '../../functions/rooms/model/time.ts';
import { BY_HAND, type LocalCalendar, MARKED, OWNER, postedByHand } from './calendar.ts';

const timeOf = (instant: number) => ({
  dateTime: new Date(instant).toISOString().slice(0, 19),
  timeZone: 'UTC',
});

/**
 * A mailbox on the emulator of Microsoft Graph, and an app that may write its calendar.
 *
 * @param now the clock of the stack
 */
export async function microsoftCalendar(now: () => number): Promise<LocalCalendar> {
  const app = { tenant: 'example.org', client: randomUUID() };
  const credential = randomBytes(20).toString('base64url');
  const graph = await startGraph({ app: { ...app, secrets: [credential] }, mailboxes: [OWNER], now });
  return {
    title: 'an emulator of Microsoft 365',
    address: `${graph.url}/users/${OWNER}`,
    connection: {
      name: 'microsoft',
      kind: 'microsoft',
      ...app,
      baseUrl: graph.url,
      loginUrl: graph.loginUrl,
      calendars: [OWNER],
      ...MARKED,
    },
    credential,
    add: async ({ title, description, start, end }) =>
      graph.add(OWNER, {
        subject: title,
        body: { contentType: 'html', content: `<html><body>${description}</body></html>` },
        start: timeOf(start),
        end: timeOf(end),
      }),
    async show(id) {
      // as the story made the event
      const { location, body } = graph.event(OWNER, id) as {
        readonly location: { readonly displayName: string };
        readonly body: { readonly content: string };
      };
      return { place: location.displayName, description: textIn(body.content) };
    },
    remove: async (id) => graph.remove(OWNER, id),
    byHand: (start) =>
      postedByHand(graph.url, { subject: BY_HAND, start: timeOf(start), end: timeOf(start + HOUR) }),
    close: () => graph.close(),
  };
}

function textIn(html: string): string {
  return html.replace(/<br\s*\/?>/gi, '\n').replace(/<[^<>]*>/g, '');
}
