import { Refusal, type Reply } from '../http/replies.ts';
import type { EmulatorRequest } from '../http/requests.ts';
import { fieldsOf } from '../http/requests.ts';
import { createRouter } from '../http/router.ts';
import type { Account, Accounts, Host } from './accounts.ts';
import { readBody } from './bodies.ts';
import { CHOICES, type SCOPES, type Switches } from './choices.ts';
import { failure, inProgress, invalidField, noMeeting, notInProgress } from './errors.ts';
import type { Category, Limits } from './limits.ts';
import type { MeetingRecord, Meetings } from './meetings.ts';
import { Pages } from './pages.ts';
import { listedMeeting, shownMeeting } from './shown.ts';
import type { Webhooks } from './webhooks.ts';

export interface ApiParts {
  readonly accounts: Accounts;
  readonly meetings: Meetings;
  readonly webhooks: Webhooks;
  readonly limits: Limits;
  readonly switches: Switches;
  readonly rateLimits: boolean;
  readonly now: () => number;
  readonly endSession: (meeting: MeetingRecord) => void;
}

interface Visit {
  readonly account: Account;
  readonly request: EmulatorRequest;
  /** The id of a meeting or of a user. */
  readonly id: string;
  readonly now: number;
}

interface Endpoint {
  readonly weight: Category;
  readonly scope: keyof typeof SCOPES;
  readonly serve: (visit: Visit) => Reply;
}

const NOTHING: Reply = { status: 204 };

/** Answers the calls of the contract, each for the account of its token. */
export function createApi(parts: ApiParts) {
  const { accounts, meetings, webhooks, limits, switches, rateLimits, now: clock, endSession } = parts;
  const pages = new Pages(switches);

  const existing = ({ account, id, now }: Visit): MeetingRecord => {
    const meeting = meetings.find(id, now);
    if (meeting?.host.account !== account) throw noMeeting(id);
    return meeting;
  };

  /**
   * Counts the call towards the host's limit of a hundred; the switch decides whether refused calls count.
   */
  const counted = <T>(host: Host, now: number, act: () => T): T => {
    limits.assertChange(host, now);
    try {
      const result = act();
      limits.countChange(host, now);
      return result;
    } catch (error) {
      if (error instanceof Refusal && switches.refusedCallsCount) limits.countChange(host, now);
      throw error;
    }
  };

  const create = ({ account, id, request, now }: Visit): Reply => {
    const host = accounts.host(account, id);
    return counted(host, now, () => {
      const body = readBody(request, switches);
      const owner = body.schedule_for === undefined ? host : accounts.host(account, body.schedule_for);
      const meeting = meetings.create(owner, body, now);
      webhooks.tell('meeting.created', meeting, now, { operator: host.email });
      return { status: 201, body: shownMeeting(meeting, switches, now) };
    });
  };

  const change = (visit: Visit): Reply => {
    const { account, request, now } = visit;
    const meeting = existing(visit);
    return counted(meeting.host, now, () => {
      const body = readBody(request, switches);
      if (body.schedule_for !== undefined) meeting.host = accounts.host(account, body.schedule_for);
      meetings.change(meeting, body, now);
      webhooks.tell('meeting.updated', meeting, now);
      return NOTHING;
    });
  };

  const remove = (visit: Visit): Reply => {
    const meeting = existing(visit);
    const isLive = meeting.participants.size > 0;
    if (isLive && switches.deleteWhileLive === 'refuse') throw inProgress(meeting.id);
    const act = () => {
      if (isLive) endSession(meeting);
      meeting.deletedAt = visit.now;
      webhooks.tell('meeting.deleted', meeting, visit.now, { operation: 'all' });
      return NOTHING;
    };
    return switches.deletionsCount ? counted(meeting.host, visit.now, act) : act();
  };

  const setStatus = (visit: Visit): Reply => {
    const { action } = fieldsOf(visit.request.json());
    if (action === 'recover') return recover(visit);
    if (action !== 'end') throw invalidField('action');
    const meeting = existing(visit);
    if (meeting.participants.size === 0 && switches.endWhileIdle === 'refuse') throw notInProgress();
    endSession(meeting);
    return NOTHING;
  };

  const recover = ({ account, id, now }: Visit): Reply => {
    const meeting = meetings.existing(id);
    const isInTrash = meeting?.deletedAt !== undefined && meeting.deletedAt + CHOICES.trashLife > now;
    if (!meeting || !isInTrash || meeting.host.account !== account) throw noMeeting(id);
    meeting.deletedAt = undefined;
    webhooks.tell('meeting.recovered', meeting, now);
    return NOTHING;
  };

  const list = ({ account, id, request, now }: Visit): Reply => {
    const host = accounts.host(account, id);
    const type = request.query.get('type') ?? 'scheduled';
    if (!['scheduled', 'live', 'upcoming', 'upcoming_meetings', 'previous_meetings'].includes(type)) {
      throw invalidField('type');
    }
    const all = meetings.listed(host, now);
    const shown = type === 'live' ? all.filter(({ participants }) => participants.size > 0) : all;
    return {
      status: 200,
      body: pages.cut(shown, request.query, now, (each) => listedMeeting(each, switches)),
    };
  };

  const user = ({ account, id }: Visit): Reply => {
    const { id: hostId, email, type } = accounts.host(account, id);
    return {
      status: 200,
      body: { id: hostId, email, type, account_id: account.accountId, status: 'active' },
    };
  };

  const route = createRouter<Endpoint>({
    'POST /users/:id/meetings': { weight: 'Medium', scope: 'create', serve: create },
    'GET /users/:id/meetings': { weight: 'Medium', scope: 'list', serve: list },
    'GET /users/:id': { weight: 'Light', scope: 'user', serve: user },
    'GET /meetings/:id': {
      weight: 'Light',
      scope: 'read',
      serve: (visit) => ({ status: 200, body: shownMeeting(existing(visit), switches, visit.now) }),
    },
    'PATCH /meetings/:id': { weight: 'Light', scope: 'change', serve: change },
    'DELETE /meetings/:id': { weight: 'Light', scope: 'delete', serve: remove },
    'PUT /meetings/:id/status': { weight: 'Light', scope: 'status', serve: setStatus },
  });

  return (request: EmulatorRequest): Reply => {
    const now = clock();
    if (request.prefix === '' && request.method === 'POST' && request.path === '/oauth/token') {
      return { status: 200, body: { ...accounts.grant(request, now), api_url: `http://${request.host}` } };
    }
    const account = accounts.admit(request.headers.authorization, now);
    request.account = account.accountId;
    const match = request.prefix === '' ? undefined : route(request);
    if (!match) return failure(404, `${request.method} ${request.path} is no call of this API`);
    const { weight, scope, serve } = match.handler;
    if (rateLimits) limits.takeCall(account, weight, now);
    accounts.allow(account, scope);
    return serve({ account, request, id: match.params.id ?? '', now });
  };
}
