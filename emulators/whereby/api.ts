import type { Reply } from '../http/replies.ts';
import { Refusal } from '../http/replies.ts';
import type { EmulatorRequest } from '../http/requests.ts';
import { createRouter } from '../http/router.ts';
import { readFields, readOrder } from './bodies.ts';
import type { Switches } from './choices.ts';
import type { Errors } from './errors.ts';
import type { Links } from './links.ts';
import type { MeetingRecord } from './meetings.ts';
import type { Organization, Organizations } from './organizations.ts';
import { meetingsPage } from './pages.ts';
import { pointHeaders } from './points.ts';
import type { Sessions } from './sessions.ts';

export interface ApiParts {
  readonly organizations: Organizations;
  readonly sessions: Sessions;
  readonly links: Links;
  readonly errors: Errors;
  readonly switches: Switches;
  readonly rateLimits: boolean;
  readonly now: () => number;
  /** Applies all that is due now. */
  readonly catchUp: () => void;
}

interface Visit {
  readonly organization: Organization;
  readonly request: EmulatorRequest;
  readonly meetingId: string;
  readonly now: number;
}

interface Call {
  readonly points: number;
  readonly handle: (visit: Visit) => Reply;
}

const READ = 1;
const DELETE = 2;
const WRITE = 3;

/** Answers the calls of the contract, each for the organisation of its API key. */
export function createApi(parts: ApiParts) {
  const { organizations, sessions, links, errors, switches, rateLimits, now: clock, catchUp } = parts;

  const existing = ({ organization, meetingId }: Visit): MeetingRecord => {
    const meeting = organization.meetings.find(meetingId);
    if (!meeting) throw errors.notFound();
    return meeting;
  };

  const createMeeting = ({ organization, request, now }: Visit): Reply => {
    const order = readOrder(request.json(), now, switches, errors);
    return { status: 201, body: links.show(organization.meetings.create(order, now), order.fields) };
  };

  const readMeeting = (visit: Visit): Reply => ({
    status: 200,
    body: links.show(existing(visit), readFields(visit.request.query, errors)),
  });

  const listMeetings = ({ organization, request, now }: Visit): Reply => {
    const fields = readFields(request.query, errors);
    const show = (meeting: MeetingRecord) => links.show(meeting, fields);
    return {
      status: 200,
      body: meetingsPage(organization.meetings, request.query, { now, switches, errors, show }),
    };
  };

  const deleteMeeting = ({ organization, meetingId, now }: Visit): Reply => {
    const meeting = organization.meetings.find(meetingId);
    if (meeting) {
      sessions.end(meeting);
      organization.meetings.delete(meeting, now);
    }
    return { status: 204 };
  };

  const refuseUpdate = () => {
    throw errors.withStatus(switches.updateStatus);
  };

  const route = createRouter<Call>({
    'POST /meetings': { points: WRITE, handle: createMeeting },
    'GET /meetings': { points: switches.listPoints, handle: listMeetings },
    'GET /meetings/:id': { points: READ, handle: readMeeting },
    'DELETE /meetings/:id': { points: DELETE, handle: deleteMeeting },
    'PATCH /meetings/:id': { points: WRITE, handle: refuseUpdate },
    'PUT /meetings/:id': { points: WRITE, handle: refuseUpdate },
  });

  return (request: EmulatorRequest): Reply => {
    const organization = organizations.byKey(request.headers.authorization);
    if (!organization) throw errors.unauthorized();
    request.account = organization.subdomain;
    const match = request.prefix === '' ? undefined : route(request);
    if (!match) throw errors.notFound();
    const account = organization.points.spend(rateLimits ? match.handler.points : 0, clock());
    const headers = pointHeaders(account);
    if (account.wait > 0) return { ...errors.throttled(organization.throttleKey, account.wait), headers };
    catchUp();
    const visit = { organization, request, meetingId: match.params.id ?? '', now: clock() };
    return { ...handled(match.handler, visit), headers };
  };
}

/** A refusal has the headers of the points too, so it is caught before they are added. */
function handled({ handle }: Call, visit: Visit): Reply {
  try {
    return handle(visit);
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    throw error;
  }
}
