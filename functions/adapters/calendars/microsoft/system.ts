import type { MicrosoftConnection } from '../../../connections/connection.ts';
import {
  type CalendarSystem,
  CalendarUnreadableError,
  type ChangesPage,
  type RemovedEvent,
  type StoredEvent,
} from '../../../connections/system.ts';
import { GRAPH_MARK } from '../../../connections/write-back/graph.ts';
import { DAY, type Duration, type Instant, MINUTE } from '../../../rooms/model/time.ts';
import type { Reply } from '../../provider/connection.ts';
import {
  bodyIfReadable,
  bodyOf,
  type CalendarCall,
  calendarCaller,
  isBelow,
  type SystemOptions,
  unexpected,
} from '../calls.ts';
import { quotas } from '../quota.ts';
import { AskedEvents } from './asked-events.ts';
import { errorReply, eventReply, type GraphEvent, pageReply } from './schema.ts';
import { microsoftTokens } from './token.ts';

const BASE_URL = 'https://graph.microsoft.com/v1.0';
const LOGIN_URL = 'https://login.microsoftonline.com';

const VIEW = '/users/{calendar}/calendarView/delta';
const EVENT = '/users/{calendar}/events/{event}';

/** Ids stay the same when an event moves to another folder; times are in UTC. */
const IDS = 'IdType="ImmutableId"';

/** Asks for a series with all differences of single occurrences, and for the mark of this project. */
const WHOLE = {
  $expand: `exceptionOccurrences,singleValueExtendedProperties($filter=id eq '${GRAPH_MARK}')`,
  $select: '*,cancelledOccurrences',
} as const;

/** The window of a reading, before and after its start. */
const BEHIND: Duration = 31 * DAY;
const AHEAD: Duration = 365 * DAY;

/** If less than this is ahead, the window is moved. */
const LEAST_AHEAD: Duration = 183 * DAY;

/** How many events of a page are read by themselves before the position is handed on: 25 calls one after the other. */
const MOST_LOOKS = 50;

/** Microsoft's own quota for an app in a mailbox. */
const PER_MAILBOX = { limit: 10_000, window: 10 * MINUTE } as const;

/** Returns the addresses of a connection's tokens and API. National clouds have their own. */
export function microsoftAddresses({
  tenant,
  client,
  baseUrl = BASE_URL,
  loginUrl = LOGIN_URL,
}: MicrosoftConnection) {
  return { tenant, client, baseUrl, loginUrl, scope: `${new URL(baseUrl).origin}/.default` };
}

/** Calendars of Microsoft 365, with an app of Entra. */
export function microsoftCalendar(connection: MicrosoftConnection, options: SystemOptions): CalendarSystem {
  const { name, secret } = connection;
  const { now, atOnce = 2 } = options;
  const { baseUrl, ...login } = microsoftAddresses(connection);
  const parts = { ...options, connection: name, secret };
  const mailboxes = quotas(name, { ...PER_MAILBOX, atOnce }, now);
  const call = calendarCaller(
    { ...parts, baseUrl, isThrottle, quotaOf: ({ ids = {} }) => mailboxes(ids.calendar ?? '') },
    microsoftTokens({ ...parts, ...login }),
  );
  const get = (request: Omit<CalendarCall, 'method'>) =>
    call({
      ...request,
      method: 'GET',
      headers: { prefer: [IDS, ...(request.route === VIEW ? ['odata.maxpagesize=250'] : [])].join(', ') },
    });

  function failure(reply: Reply): Error {
    const { status } = reply;
    if (status === 403 || status === 404) {
      return new CalendarUnreadableError(
        name,
        `Microsoft answers ${status} (${codeOf(reply) || 'no reason'}): give the app Calendars.ReadWrite for this mailbox, with ` +
          'the consent of an administrator, and check its address in the settings',
      );
    }
    return unexpected(reply);
  }

  /** @returns undefined if the mailbox does not have it */
  async function eventNow(calendar: string, event: string): Promise<GraphEvent | undefined> {
    const reply = await get({ route: EVENT, ids: { calendar, event }, query: WHOLE });
    if (reply.status === 404 && codeOf(reply) === 'ErrorItemNotFound') return undefined;
    if (reply.status !== 200) throw failure(reply);
    return bodyOf(reply, eventReply);
  }

  /** Returns the event itself, or its series if it is an occurrence. */
  async function wholeNow(calendar: string, id: string): Promise<GraphEvent | undefined> {
    const event = await eventNow(calendar, id);
    return event?.seriesMasterId ? eventNow(calendar, event.seriesMasterId) : event;
  }

  /**
   * A series is read by itself, and so is an event that is gone: it may only have left the window, or be an
   * occurrence. A page with many of them takes several calls of `changes`.
   *
   * @param here the position of the page
   */
  async function pageOf(calendar: string, reply: Reply, here: Cursor): Promise<ChangesPage> {
    const { value, '@odata.nextLink': next, '@odata.deltaLink': delta } = bodyOf(reply, pageReply);
    const link = next ?? delta;
    if (link === undefined || !isBelow(link, new URL(baseUrl))) throw unexpected(reply);
    const asked = new AskedEvents(here.asked);
    const removed = value.filter((event) => event['@removed'] !== undefined);
    const there = value.filter((event) => event['@removed'] === undefined);
    const single = there.filter(({ type }) => type === 'singleInstance');
    const versions = new Map(
      there.filter(({ type }) => type === 'seriesMaster').map((event) => [event.id, event['@odata.etag']]),
    );
    const series = new Set(
      there.flatMap(({ id, seriesMasterId }) => seriesMasterId ?? (versions.has(id) ? id : [])),
    );
    const due = [
      ...[...series].map((id) => ({ id, name: id, version: versions.get(id), look: eventNow })),
      ...removed.map(({ id }) => ({ id, name: `removed ${id}`, version: undefined, look: wholeNow })),
    ].filter(({ name, version }) => !asked.has(name, version));
    const first = due.slice(0, MOST_LOOKS);
    const looked = await inTurns(atOnce, first, async ({ id, name, version, look }) => {
      const event = (await look(calendar, id)) ?? goneEvent(id);
      // the page is read again, and has this version then
      asked.add(name, version ?? event['@odata.etag']);
      return event;
    });
    const isWhole = first.length === due.length;
    const isEnd = isWhole && next === undefined;
    const from = isWhole ? { link, until: here.until } : here;
    const cursor: Cursor = isEnd ? from : { ...from, asked: asked.toString() };
    return {
      events: [...looked, ...(isWhole ? single : [])].map(changed),
      cursor: JSON.stringify(cursor),
      hasMore: !isEnd,
      anySeries: first.some(({ look }, nth) => look === wholeNow && looked[nth]?.['@removed'] !== undefined),
    };
  }

  return {
    // a token is for Microsoft alone: an app learns its permissions from a refused write
    mayWrite: async () => undefined,

    admit: (calendar, hasWaited) => mailboxes(calendar).admit(hasWaited),

    async changes(calendar, cursor) {
      const known = cursorIn(cursor);
      if (known && known.until - now() < LEAST_AHEAD) return undefined;
      const here = known ?? { since: now() - BEHIND, until: now() + AHEAD };
      // the settings name another server than at the last reading
      if (known?.link !== undefined && !isBelow(known.link, new URL(baseUrl))) return undefined;
      const { link, since = now() - BEHIND, until } = here;
      const query = { startDateTime: iso(since), endDateTime: iso(until) };
      const reply = await get({ route: VIEW, ids: { calendar }, ...(link ? { link } : { query }) });
      // a link that Microsoft can no longer read counts as no link
      if (reply.status === 410 || (reply.status === 400 && link)) return undefined;
      if (reply.status !== 200) throw failure(reply);
      return pageOf(calendar, reply, here);
    },

    async read(calendar, id) {
      const event = await wholeNow(calendar, id);
      return event && event.isCancelled !== true ? [stored(event)] : [];
    },

    async write(calendar, { id, version }, change) {
      if (change.format !== 'graph') throw new TypeError(`Microsoft takes no change in ${change.format}`);
      const reply = await call({
        method: 'PATCH',
        route: EVENT,
        ids: { calendar, event: id },
        headers: { prefer: IDS, 'if-match': version },
        body: change.event,
      });
      const { status } = reply;
      if (status === 412 || status === 404) return 'conflict';
      if (status === 400 || status === 403) return 'refused';
      if (status !== 200) throw unexpected(reply);
      return bodyOf(reply, eventReply)['@odata.etag'] === version ? 'ignored' : 'written';
    },
  };
}

/** The position of a reading. */
interface Cursor {
  /** Microsoft's link of the page. Absent: the first page of a reading. */
  readonly link?: string;
  /** The window of the link. */
  readonly since?: Instant;
  readonly until: Instant;
  /** The events that earlier pages of this reading had, see `AskedEvents`. */
  readonly asked?: string;
}

function cursorIn(cursor: string | undefined): Cursor | undefined {
  // written above
  return cursor === undefined ? undefined : (JSON.parse(cursor) as Cursor);
}

function goneEvent(id: string): GraphEvent {
  return { id, '@removed': {} };
}

/** A guest's copy of a cancelled meeting stays until the guest removes it. */
function changed(event: GraphEvent): StoredEvent | RemovedEvent {
  const isThere = event['@removed'] === undefined && event.isCancelled !== true;
  return isThere ? stored(event) : { id: event.id, removed: true };
}

function stored(event: GraphEvent): StoredEvent {
  return { id: event.id, version: event['@odata.etag'] ?? '', content: { format: 'graph', event } };
}

async function inTurns<T, R>(
  atOnce: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const done: R[] = [];
  for (let from = 0; from < items.length; from += atOnce)
    done.push(...(await Promise.all(items.slice(from, from + atOnce).map(work))));
  return done;
}

function codeOf(reply: Reply): string {
  const code = bodyIfReadable(reply, errorReply)?.error.code ?? '';
  return /^\w{1,60}$/.test(code) ? code : '';
}

function isThrottle({ status }: Reply): boolean {
  return status === 429 || status === 503 || status === 504;
}

function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}
