import type { Reply } from '../http/replies.ts';
import type { EmulatorRequest } from '../http/requests.ts';
import { createRouter } from '../http/router.ts';
import { SlidingWindows } from '../http/windows.ts';
import type { Calendar, Calendars, EventRecord, Fields } from './calendars.ts';
import { CHOICES, type Switches } from './choices.ts';
import {
  badRequest,
  changedMeanwhile,
  deleted,
  needsWriter,
  notFound,
  notOrganizer,
  overQuota,
} from './errors.ts';
import { eventsPage } from './pages.ts';
import { etagOf, shown } from './shown.ts';
import type { Tokens } from './tokens.ts';

export interface ApiParts {
  readonly calendars: Calendars;
  readonly tokens: Tokens;
  readonly switches: Switches;
  readonly rateLimits: boolean;
  readonly perMinute: number;
  readonly now: () => number;
}

interface Visit {
  readonly request: EmulatorRequest;
  readonly calendar: Calendar;
  readonly role: 'owner' | 'reader' | 'writer';
  readonly eventId: string;
}

const ok = (body: unknown): Reply => ({ status: 200, body });

/** Fields that the organizer sets for all copies. */
const SHARED = ['summary', 'description', 'location', 'start', 'end', 'recurrence', 'attendees', 'status'];

/** Answers the calls of the contract, each for the user of its token. */
export function createApi({ calendars, tokens, switches, rateLimits, perMinute, now }: ApiParts) {
  const windows = new SlidingWindows({ calls: perMinute, within: 60_000 });

  const existing = ({ calendar, eventId }: Visit): EventRecord => {
    const record = calendar.events.get(eventId);
    if (!record) throw notFound();
    return record;
  };

  const changing = (visit: Visit): EventRecord => {
    if (visit.role === 'reader') throw needsWriter();
    const record = existing(visit);
    const condition = visit.request.headers['if-match'];
    if (condition !== undefined && condition !== '*' && condition !== etagOf(record))
      throw changedMeanwhile();
    return record;
  };

  const patch = (visit: Visit): Reply => {
    const { request, calendar } = visit;
    const record = changing(visit);
    const fields = bodyOf(request);
    if (String(fields.description ?? '').length > CHOICES.longestDescription)
      throw badRequest('The description is too long.');
    const isForeign = record.organizer !== calendar.id && SHARED.some((name) => name in fields);
    if (isForeign && switches.guestWrites === 'refuse') throw notOrganizer();
    const { conferenceData: _, ...others } = fields;
    const heard = request.query.get('conferenceDataVersion') === '1' ? fields : others;
    return ok(shown(calendars.patch(calendar, record, heard, updatesOf(request)), calendar));
  };

  const remove = (visit: Visit): Reply => {
    const record = changing(visit);
    if (record.fields.status === 'cancelled') throw deleted();
    calendars.delete(visit.calendar, record, updatesOf(visit.request));
    return { status: 204 };
  };

  const insert = ({ request, calendar, role }: Visit): Reply => {
    if (role === 'reader') throw needsWriter();
    return ok(shown(calendars.insert(calendar, bodyOf(request), updatesOf(request)), calendar));
  };

  const route = createRouter<(visit: Visit) => Reply>({
    'GET /calendars/:calendar/events': ({ calendar, request, role }) =>
      ok(eventsPage(calendar, request.query, role, switches)),
    'POST /calendars/:calendar/events': insert,
    'GET /calendars/:calendar/events/:event': (visit) => ok(shown(existing(visit), visit.calendar)),
    'PATCH /calendars/:calendar/events/:event': patch,
    'DELETE /calendars/:calendar/events/:event': remove,
  });

  return (request: EmulatorRequest): Reply => {
    if (request.prefix === '' && request.method === 'POST' && request.path === '/token')
      return ok(tokens.grant(request, `http://${request.host}/token`, now()));
    const { user } = tokens.admit(request.headers.authorization, now());
    request.account = user;
    if (rateLimits && windows.take(user, now()) > 0) throw overQuota(switches.quotaStatus);
    const match = request.prefix === '' ? undefined : route(request);
    const calendar = calendars.find(match?.params.calendar ?? '');
    const role = calendar?.roleOf(user);
    if (!match || !calendar || !role) throw notFound();
    return match.handler({ request, calendar, role, eventId: match.params.event ?? '' });
  };
}

function bodyOf(request: EmulatorRequest): Fields {
  const body = request.json() ?? {};
  if (typeof body !== 'object' || Array.isArray(body)) throw badRequest('Invalid JSON payload received.');
  // any object can be asked for a field
  return body as Fields;
}

function updatesOf({ query }: EmulatorRequest): string | undefined {
  const asked = query.get('sendUpdates');
  if (asked === null) return undefined;
  if (['all', 'externalOnly', 'none'].includes(asked)) return asked;
  throw badRequest(`Invalid value for: ${asked} is not a valid value`);
}
