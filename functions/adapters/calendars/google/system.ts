import type { GoogleConnection } from '../../../connections/connection.ts';
import {
  type CalendarSystem,
  CalendarUnreadableError,
  type ChangesPage,
  type EventContent,
  type RemovedEvent,
  type StoredEvent,
} from '../../../connections/system.ts';
import { MINUTE } from '../../../rooms/model/time.ts';
import type { Reply } from '../../provider/connection.ts';
import {
  bodyIfReadable,
  bodyOf,
  type CallCalendar,
  calendarCaller,
  type SystemOptions,
  unexpected,
} from '../calls.ts';
import { quotas } from '../quota.ts';
import { errorReply, eventReply, type GoogleEvent, pageReply } from './schema.ts';
import { googleTokens } from './token.ts';

const BASE_URL = 'https://www.googleapis.com/calendar/v3';

const EVENTS = '/calendars/{calendar}/events';
const EVENT = '/calendars/{calendar}/events/{event}';

/** The largest page that a list may have with a sync token. */
const PAGE = { maxResults: '250' } as const;

/** Google's own quota for a user. */
const PER_USER = { limit: 600, window: MINUTE } as const;

/** Reasons of a 403 that mean a quota and not a missing permission. */
const QUOTA = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'quotaExceeded',
  'calendarUsageLimitsExceeded',
  'dailyLimitExceeded',
]);

/** The roles that may change events. */
const WRITERS = new Set(['owner', 'writer']);

/** Google Calendar, with a service account. */
export function googleCalendar(connection: GoogleConnection, options: SystemOptions): CalendarSystem {
  const { name, secret, actAs, baseUrl = BASE_URL } = connection;
  const { now } = options;
  const callers = new Map<string, CallCalendar>();
  const quotaOf = quotas(name, PER_USER, now);
  const subjectFor = (calendar: string) => (actAs === 'owner' ? calendar : actAs) ?? '';

  /** A token is for one user: with `owner` each calendar needs its own. */
  function callerFor(calendar: string): CallCalendar {
    const subject = subjectFor(calendar);
    const known = callers.get(subject);
    if (known) return known;
    const parts = { ...options, connection: name, secret };
    const made = calendarCaller(
      // Google names no time: its quota is one of minutes
      { ...parts, baseUrl, isThrottle, pause: PER_USER.window, quotaOf: () => quotaOf(subject) },
      googleTokens({ ...parts, ...(subject && { subject }) }),
    );
    callers.set(subject, made);
    return made;
  }

  const list = (calendar: string, query: Record<string, string>) =>
    callerFor(calendar)({ method: 'GET', route: EVENTS, ids: { calendar }, query: { ...PAGE, ...query } });

  function failure(reply: Reply): Error {
    const { status } = reply;
    if (status === 403 || status === 404) {
      const reason = reasonsOf(reply)[0] ?? 'no reason';
      return new CalendarUnreadableError(
        name,
        `Google answers ${status} (${reason}): share the calendar with the service account, with the right to change events, ` +
          'and check its address in the settings',
      );
    }
    return unexpected(reply);
  }

  return {
    admit: (calendar, hasWaited) => quotaOf(subjectFor(calendar)).admit(hasWaited),

    async changes(calendar, cursor) {
      const { sync, page } = cursorIn(cursor);
      const reply = await list(calendar, {
        ...(sync !== undefined && { syncToken: sync }),
        ...(page !== undefined && { pageToken: page }),
      });
      if (reply.status === 410) return undefined;
      // a token that Google can no longer read counts as no token
      if (reply.status === 400 && cursor !== undefined) return undefined;
      if (reply.status !== 200) throw failure(reply);
      return pageOf(reply, sync);
    },

    async mayWrite(calendar) {
      const reply = await list(calendar, { maxResults: '1' });
      if (reply.status !== 200) throw failure(reply);
      const { accessRole } = bodyOf(reply, pageReply);
      return accessRole === undefined ? undefined : WRITERS.has(accessRole);
    },

    async read(calendar, event) {
      const reply = await callerFor(calendar)({ method: 'GET', route: EVENT, ids: { calendar, event } });
      if (reply.status === 410 || isMissingEvent(reply)) return [];
      if (reply.status !== 200) throw failure(reply);
      const found = bodyOf(reply, eventReply);
      if (found.status === 'cancelled') return [];
      if (!found.recurrence || !found.iCalUID) return [stored(found)];
      return [stored(found), ...(await exceptionsOf(calendar, found))];
    },

    async write(calendar, { id, version }, change) {
      if (change.format !== 'google') throw new TypeError(`Google takes no change in ${change.format}`);
      const reply = await callerFor(calendar)({
        method: 'PATCH',
        route: EVENT,
        ids: { calendar, event: id },
        // without this parameter, guests get mails
        query: { sendUpdates: 'none' },
        headers: { 'if-match': version },
        body: change.event,
      });
      const { status } = reply;
      if (status === 412 || status === 404 || status === 410) return 'conflict';
      if (status === 400 || status === 403) return 'refused';
      if (status !== 200) throw unexpected(reply);
      return bodyOf(reply, eventReply).etag === version ? 'ignored' : 'written';
    },
  };

  /**
   * All occurrences of a series have one UID, so a search for it returns the exceptions, including cancelled
   * ones.
   */
  async function exceptionsOf(calendar: string, { id, iCalUID = '' }: GoogleEvent): Promise<StoredEvent[]> {
    const found: StoredEvent[] = [];
    for (let page: string | undefined; ; ) {
      const reply = await list(calendar, { iCalUID, ...(page !== undefined && { pageToken: page }) });
      if (reply.status !== 200) throw failure(reply);
      const { items, timeZone, nextPageToken } = bodyOf(reply, pageReply);
      found.push(
        ...items
          .filter(({ recurringEventId }) => recurringEventId === id)
          .map((item) => stored(item, timeZone)),
      );
      page = nextPageToken;
      if (page === undefined) return found;
    }
  }
}

/** The position of a reading: the token of the last reading, and of the page. */
interface Cursor {
  readonly sync?: string;
  readonly page?: string;
}

function cursorIn(cursor: string | undefined): Cursor {
  // written below
  return cursor === undefined ? {} : (JSON.parse(cursor) as Cursor);
}

/** @throws AmbiguousOutcomeError if the page has no token for the next call: then nothing of it is used */
function pageOf(reply: Reply, sync: string | undefined): ChangesPage {
  const { items, timeZone, nextPageToken, nextSyncToken } = bodyOf(reply, pageReply);
  if (nextPageToken === undefined && nextSyncToken === undefined) throw unexpected(reply);
  const cursor: Cursor =
    nextPageToken === undefined
      ? { sync: nextSyncToken }
      : { ...(sync !== undefined && { sync }), page: nextPageToken };
  return {
    events: items.map((item) => changed(item, timeZone)),
    cursor: JSON.stringify(cursor),
    hasMore: nextPageToken !== undefined,
    ...(timeZone !== undefined && { timeZone }),
  };
}

function changed(event: GoogleEvent, timeZone: string | undefined): StoredEvent | RemovedEvent {
  const isGone = event.status === 'cancelled' && event.recurringEventId === undefined;
  return isGone ? { id: event.id, removed: true } : stored(event, timeZone);
}

function stored(event: GoogleEvent, timeZone?: string): StoredEvent {
  const { id, etag = '', recurringEventId, recurrence } = event;
  const content: EventContent = { format: 'google', event: { kind: 'calendar#event', ...event } };
  return {
    id,
    version: etag,
    content,
    ...(recurringEventId !== undefined && { seriesId: recurringEventId }),
    ...(timeZone !== undefined && { timeZone }),
    ...(recurrence && { hasMore: true }),
  };
}

function reasonsOf(reply: Reply): readonly string[] {
  const errors = bodyIfReadable(reply, errorReply)?.error.errors ?? [];
  return errors.flatMap(({ reason }) => (reason !== undefined && /^\w{1,60}$/.test(reason) ? [reason] : []));
}

function isThrottle(reply: Reply): boolean {
  if (reply.status === 429 || reply.status === 503) return true;
  return reply.status === 403 && reasonsOf(reply).some((reason) => QUOTA.has(reason));
}

/** Whether a 404 is Google's own, and not one of a proxy. */
function isMissingEvent(reply: Reply): boolean {
  return reply.status === 404 && reasonsOf(reply).includes('notFound');
}
