import { Refusal, type Reply } from '../http/replies.ts';
import type { EmulatorRequest } from '../http/requests.ts';
import { createRouter } from '../http/router.ts';
import { SlidingWindows } from '../http/windows.ts';
import { checkName, readBody, readPrivacy } from './bodies.ts';
import { CHOICES, type Switches, TEXTS } from './choices.ts';
import type { Domain, Domains } from './domains.ts';
import { failure, invalidRequest, notFound } from './errors.ts';
import { signMeetingToken } from './links.ts';
import type { Meetings } from './meetings.ts';
import { roomsPage } from './pages.ts';
import { applyProperties, tokenClaims } from './properties.ts';
import { expiryOf, type RoomRecord } from './rooms.ts';
import type { Webhooks } from './webhooks.ts';

export interface ApiParts {
  readonly domains: Domains;
  readonly meetings: Meetings;
  readonly webhooksOf: (domain: Domain) => Webhooks;
  readonly switches: Switches;
  readonly rateLimits: boolean;
  readonly now: () => number;
  /** Applies all that is due now. */
  readonly catchUp: () => void;
}

interface Visit {
  readonly domain: Domain;
  readonly apiKey: string;
  readonly request: EmulatorRequest;
  readonly name: string;
  readonly now: number;
}

const ok = (body: unknown): Reply => ({ status: 200, body });

const DELETIONS = { calls: 50, within: 30_000 };
const OTHERS = { calls: 100, within: 5000 };

export function shown(room: RoomRecord): object {
  return {
    id: room.id,
    name: room.name,
    api_created: true,
    privacy: room.privacy,
    url: `https://${room.domainName}.daily.co/${room.name}`,
    created_at: new Date(room.createdAt).toISOString(),
    config: room.config,
  };
}

/** Answers the calls of the contract, each for the domain of its API key. */
export function createApi({
  domains,
  meetings,
  webhooksOf,
  switches,
  rateLimits,
  now: clock,
  catchUp,
}: ApiParts) {
  const deletions = new SlidingWindows(DELETIONS);
  const others = new SlidingWindows(OTHERS);

  const existing = ({ domain, name, now }: Visit): RoomRecord => {
    const room = domain.rooms.find(name, now);
    if (!room) throw notFound(`room ${name} not found`);
    return room;
  };

  const createRoom = ({ domain, request, now }: Visit): Reply => {
    const { name, privacy, properties } = readBody(request, ['name', 'privacy', 'properties'], switches);
    if (name !== undefined) checkName(name);
    const order = {
      domainName: domain.domainName,
      privacy: readPrivacy(privacy) ?? CHOICES.defaultPrivacy,
      config: applyProperties({}, properties ?? {}, switches, now),
      // readBody has checked it
      ...(name !== undefined && { name: name as string }),
    };
    if (order.name && domain.rooms.isTaken(order.name, now)) {
      throw invalidRequest(`a room named ${order.name} already exists`);
    }
    return ok(shown(domain.rooms.create(order, now)));
  };

  const updateRoom = (visit: Visit): Reply => {
    const { privacy, properties } = readBody(visit.request, ['privacy', 'properties'], switches);
    const room = existing(visit);
    const config = applyProperties(room.config, properties ?? {}, switches, visit.now);
    room.privacy = readPrivacy(privacy) ?? room.privacy;
    room.config = config;
    visit.domain.rooms.watch(room);
    return ok(shown(room));
  };

  const deleteRoom = ({ domain, name, now }: Visit): Reply => {
    const room = domain.rooms.existing(name);
    if (!room) throw notFound(`room ${name} not found`);
    domain.rooms.delete(room);
    meetings.end(room, now);
    if (expiryOf(room) <= now) throw notFound(`room ${name} not found`, { deleted: true });
    return ok({ deleted: true, name: room.name });
  };

  const eject = (visit: Visit): Reply => {
    const room = existing(visit);
    // readBody refuses other types
    const { ids = [], user_ids = [] } = readBody(visit.request, ['ids', 'user_ids'], switches) as Record<
      string,
      string[]
    >;
    const ejected = meetings
      .in(room)
      .filter(({ id, userId }) => ids.includes(id) || user_ids.includes(userId ?? ''));
    for (const { id } of ejected) meetings.leave(room, id, visit.now);
    return ok({ ejectedIds: ejected.map(({ id }) => id) });
  };

  const mintToken = ({ domain, apiKey, request, now }: Visit): Reply => {
    const { properties } = readBody(request, ['properties'], switches);
    const claims = tokenClaims(properties ?? {}, switches, now);
    if (
      claims.r !== undefined &&
      switches.tokensForMissingRooms === 'refuse' &&
      !domain.rooms.find(String(claims.r), now)
    ) {
      throw notFound(`room ${claims.r} not found`);
    }
    return ok({
      token: signMeetingToken({ ...claims, d: domain.domainId, iat: Math.floor(now / 1000) }, apiKey),
    });
  };

  const route = createRouter<(visit: Visit) => Reply>({
    'GET /': ({ domain }) =>
      ok({
        domain_name: domain.domainName,
        domain_id: domain.domainId,
        config: { hide_daily_branding: false, lang: 'en', max_api_rooms: null },
      }),
    'POST /rooms': createRoom,
    'GET /rooms': ({ domain, request, now }) =>
      ok(roomsPage(domain.rooms, request.query, { switches, now, show: shown })),
    'GET /rooms/:name': (visit) => ok(shown(existing(visit))),
    'POST /rooms/:name': updateRoom,
    'DELETE /rooms/:name': deleteRoom,
    'POST /rooms/:name/eject': eject,
    'POST /meeting-tokens': mintToken,
    'POST /webhooks': ({ domain, request }) => ok(webhooksOf(domain).add(request.json())),
    'GET /webhooks': ({ domain }) => ok(webhooksOf(domain).all),
  });

  const throttle = ({ method, path }: EmulatorRequest, caller: string) => {
    if (!rateLimits) return;
    const windows = method === 'DELETE' && /^\/rooms\/[^/]+$/.test(path) ? deletions : others;
    const wait = windows.take(caller, clock());
    if (wait === 0) return;
    const seconds = String(Math.ceil(wait / 1000));
    throw new Refusal({
      ...failure(429, TEXTS.tooMany),
      ...(switches.retryAfter === 'seconds' && { headers: { 'retry-after': seconds } }),
    });
  };

  return (request: EmulatorRequest): Reply => {
    const { domain, apiKey } = domains.admit(request.headers.authorization);
    request.account = domain.domainName;
    throttle(request, switches.rateScope === 'domain' ? domain.domainName : apiKey);
    const match = request.prefix === '' ? undefined : route(request);
    if (!match) throw notFound(`${request.method} ${request.path} not found`);
    catchUp();
    return match.handler({ domain, apiKey, request, name: match.params.name ?? '', now: clock() });
  };
}
