import type { Reply } from '../http/replies.ts';
import type { EmulatorRequest } from '../http/requests.ts';
import { createRouter } from '../http/router.ts';
import { SlidingWindows } from '../http/windows.ts';
import { CHOICES, type Switches } from './choices.ts';
import { Deltas } from './delta.ts';
import {
  badRequest,
  changedMeanwhile,
  denied,
  noEvent,
  noMailbox,
  noRoute,
  tooMany,
  tooManyAtOnce,
} from './errors.ts';
import { type EventRecord, type Fields, type Mailbox, type Mailboxes, writable } from './mailboxes.ts';
import { cancelledOccurrences, happening, occurrenceId, shown, shownOccurrence } from './shown.ts';
import type { Tokens } from './tokens.ts';

export interface ApiParts {
  readonly mailboxes: Mailboxes;
  readonly tokens: Tokens;
  readonly switches: Switches;
  readonly rateLimits: boolean;
  readonly perTenMinutes: number;
  readonly meanwhile: () => Promise<unknown>;
  readonly now: () => number;
}

interface Visit {
  readonly request: EmulatorRequest;
  readonly mailbox: Mailbox;
  readonly eventId: string;
}

interface Occurrence {
  readonly record: EventRecord;
  readonly original: number;
}

const ok = (body: unknown): Reply => ({ status: 200, body });

/** Occurrences are searched in this period. */
const CENTURY = 100 * 365 * 86_400_000;

/** The prefix of ids for a caller that does not ask for immutable ids. */
const MUTABLE = 'AAMkA';
const IMMUTABLE = 'AAkAL';

/** Answers the calls of the contract for the app. */
export function createApi({
  mailboxes,
  tokens,
  switches,
  rateLimits,
  perTenMinutes,
  meanwhile,
  now,
}: ApiParts) {
  const windows = new SlidingWindows({ calls: perTenMinutes, within: 600_000 });
  /** The number of calls under way, by mailbox. */
  const underWay = new Map<string, number>();
  const deltas = new Deltas(switches);

  const single = ({ mailbox, eventId }: Visit): EventRecord => {
    const record = mailbox.events.get(eventId);
    if (!record) throw noEvent();
    return record;
  };

  /** Returns an occurrence of a series, by its id. */
  const occurrence = ({ mailbox, eventId }: Visit): Occurrence => {
    for (const record of mailbox.events.values()) {
      if (!record.fields.recurrence || !eventId.startsWith(record.id.slice(0, -5))) continue;
      const original = happening(record, 0, now() + CENTURY).find(
        (each) => occurrenceId(record, each) === eventId,
      );
      if (original !== undefined) return { record, original };
    }
    throw noEvent();
  };

  const get = (visit: Visit): Reply => {
    const { mailbox, eventId, request } = visit;
    if (!mailbox.events.has(eventId)) {
      const { record, original } = occurrence(visit);
      return ok(shownOccurrence(record, mailbox, original));
    }
    const record = single(visit);
    const expanded = request.query.get('$expand') ?? '';
    const selected = request.query.get('$select') ?? '';
    const properties = Array.isArray(record.fields.properties)
      ? // a list, as it was written
        (record.fields.properties as readonly Fields[])
      : [];
    return ok({
      ...shown(record, mailbox),
      ...(expanded.includes('exceptionOccurrences') &&
        record.fields.recurrence !== undefined && {
          exceptionOccurrences: [...record.exceptions.keys()].map((each) =>
            shownOccurrence(record, mailbox, each),
          ),
        }),
      ...(selected.includes('cancelledOccurrences') && {
        cancelledOccurrences: cancelledOccurrences(record),
      }),
      ...(expanded.includes('singleValueExtendedProperties') &&
        properties.length > 0 && {
          singleValueExtendedProperties: properties.filter(({ id }) => expanded.includes(String(id))),
        }),
    });
  };

  const patch = (visit: Visit): Reply => {
    const { mailbox, eventId, request } = visit;
    const { record, original } = mailbox.events.has(eventId)
      ? { record: single(visit), original: undefined }
      : occurrence(visit);
    const show = () =>
      original === undefined ? shown(record, mailbox) : shownOccurrence(record, mailbox, original);
    const condition = request.headers['if-match'];
    const holds = condition === undefined || condition === '*' || condition === show()['@odata.etag'];
    if (!holds && switches.ifMatch === 'honoured') throw changedMeanwhile();
    if (record.organizer !== mailbox.address && switches.guestWrites === 'refuse') throw denied();
    if (original === undefined) mailboxes.patch(mailbox, record, bodyOf(request), true);
    // any change of an occurrence makes it an exception
    else mailboxes.except(mailbox, record, original, writable(bodyOf(request)));
    return ok(show());
  };

  const route = createRouter<(visit: Visit) => Reply>({
    'GET /users/:user/calendarView/delta': ({ mailbox, request }) =>
      ok(deltas.page(mailbox, request, `http://${request.host}${request.prefix}${request.path}`)),
    'GET /users/:user/events/:event': get,
    'PATCH /users/:user/events/:event': patch,
    'POST /users/:user/events': ({ mailbox, request }) => ({
      status: 201,
      body: shown(mailboxes.insert(mailbox, bodyOf(request)), mailbox),
    }),
    'DELETE /users/:user/events/:event': (visit) => {
      mailboxes.delete(visit.mailbox, single(visit));
      return { status: 204 };
    },
  });

  const admitted = (user: string): Mailbox => {
    const mailbox = mailboxes.find(user);
    if (!mailbox) throw noMailbox();
    if (!mailbox.allowed) throw denied();
    if (!rateLimits) return mailbox;
    if ((underWay.get(mailbox.address) ?? 0) >= CHOICES.atOnce) throw tooManyAtOnce();
    const wait = windows.take(mailbox.address, now());
    if (wait > 0) throw tooMany(Math.ceil(wait / 1000));
    return mailbox;
  };

  const change = ({ address }: Mailbox, by: number) =>
    underWay.set(address, (underWay.get(address) ?? 0) + by);

  return async (request: EmulatorRequest): Promise<Reply> => {
    const tenant = tenantOf(request);
    if (tenant !== undefined) return ok(tokens.grant(request, tenant, now()));
    tokens.admit(request.headers.authorization, now());
    const match = request.prefix === '' ? undefined : route(request);
    if (!match) throw noRoute();
    const { user = '', event = '' } = match.params;
    const mailbox = admitted(user);
    request.account = mailbox.address;
    change(mailbox, 1);
    try {
      await meanwhile();
      return withIds(
        request,
        match.handler({ request, mailbox, eventId: event.replace(MUTABLE, IMMUTABLE) }),
      );
    } finally {
      change(mailbox, -1);
    }
  };
}

/** Returns the tenant of a call for a token. */
function tenantOf({ method, path, prefix }: EmulatorRequest): string | undefined {
  const [, tenant] = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(path) ?? [];
  return prefix === '' && method === 'POST' && tenant !== undefined ? decodeURIComponent(tenant) : undefined;
}

function withIds({ headers }: EmulatorRequest, reply: Reply): Reply {
  if (reply.body === undefined || /IdType="ImmutableId"/i.test(String(headers.prefer ?? ''))) return reply;
  const body = JSON.stringify(reply.body).replaceAll(`"${IMMUTABLE}`, `"${MUTABLE}`);
  return { ...reply, body: JSON.parse(body) };
}

function bodyOf(request: EmulatorRequest): Fields {
  const body = request.json() ?? {};
  if (typeof body !== 'object' || Array.isArray(body))
    throw badRequest('Unable to read JSON request payload.');
  // any object can be asked for a field
  return body as Fields;
}
