import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { startGraph } from '../../emulators/graph/graph.ts';
import type { KeptMailboxes } from '../../emulators/graph/mailboxes.ts';
import { HOUR } from '../../functions/rooms/model/time.ts';
import { BY_HAND, type CalendarParts, type LocalCalendar, MARKED, OWNER, postedByHand } from './calendar.ts';

const timeOf = (instant: number) => ({
  dateTime: new Date(instant).toISOString().slice(0, 19),
  timeZone: 'UTC',
});

interface MicrosoftState {
  readonly client: string;
  readonly credential: string;
  readonly mailboxes?: KeptMailboxes;
}

const newState = (): MicrosoftState => ({
  client: randomUUID(),
  credential: randomBytes(20).toString('base64url'),
});

/** A mailbox on the emulator of Microsoft Graph, and an app that may write its calendar. */
export async function microsoftCalendar({ now, kept, onChange }: CalendarParts): Promise<LocalCalendar> {
  // as `state` returns it
  const { client, credential, mailboxes } = (kept as MicrosoftState) ?? newState();
  const app = { tenant: 'example.org', client };
  const graph = await startGraph({
    app: { ...app, secrets: [credential] },
    mailboxes: [OWNER],
    now,
    // an id must not be that of an earlier run's event
    seed: randomInt(2 ** 32),
    ...(mailboxes && { kept: mailboxes }),
    ...(onChange && { onChange }),
  });
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
    state: (): MicrosoftState => ({ client, credential, mailboxes: graph.kept() }),
    close: () => graph.close(),
  };
}

function textIn(html: string): string {
  return html.replace(/<br\s*\/?>/gi, '\n').replace(/<[^<>]*>/g, '');
}
