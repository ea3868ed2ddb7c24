import type { Reply } from '../http/replies.ts';
import type { EmulatorRequest } from '../http/requests.ts';
import { createRouter } from '../http/router.ts';
import {
  type CreateBody,
  checkApplicationUpdate,
  checkCreate,
  checkUpdate,
  type UpdateDetails,
} from './bodies.ts';
import { CHOICES, type Switches, TEXTS } from './choices.ts';
import { badRequest, invalidInput, notFound, roomLimitReached, unauthorized } from './errors.ts';
import type { RoomLinks } from './links.ts';
import { roomsPage } from './pages.ts';
import type { RoomRecord } from './room.ts';
import type { Rooms } from './rooms.ts';
import type { Gate } from './tokens.ts';

export interface ApiParts {
  readonly gate: Gate;
  readonly rooms: Rooms;
  readonly links: RoomLinks;
  readonly switches: Switches;
  readonly now: () => number;
  /** Applies all that is due now. */
  readonly catchUp: () => void;
  readonly roomLimit: (applicationId: string) => number;
}

interface Visit {
  readonly applicationId: string;
  readonly request: EmulatorRequest;
  readonly params: Readonly<Record<string, string>>;
  readonly now: number;
}

/** Answers the calls of the contract, each for the application of its token. */
export function createApi({ gate, rooms, links, switches, now: clock, catchUp, roomLimit }: ApiParts) {
  const defaultThemes = new Map<string, string | null>();

  const reply = (status: number, room: RoomRecord, now: number): Reply => ({
    status,
    body: links.show(room, now),
  });

  const ownRoom = ({ applicationId, params: { id = '' } }: Visit): RoomRecord => {
    const room = rooms.find(id);
    if (room?.applicationId !== applicationId) throw notFound(TEXTS.roomNotFound(id));
    return room;
  };

  const theme = (id: string | null | undefined) =>
    CHOICES.themes.find(({ theme_id }) => theme_id === id?.toLowerCase());

  const checkTheme = (id: string | null | undefined) => {
    if (id && !theme(id) && switches.unknownTheme === 'refuse') throw badRequest(TEXTS.themeNotFound(id));
  };

  const themeView = (applicationId: string, found: (typeof CHOICES.themes)[number]) => ({
    ...found,
    ...CHOICES.themeDefaults,
    application_id: applicationId,
  });

  const createRoom = ({ applicationId, request, now }: Visit): Reply => {
    const body = request.json();
    complain(checkCreate(body, now));
    // the body has been checked
    checkTheme((body as CreateBody).theme_id);
    if (rooms.counted(applicationId) >= roomLimit(applicationId)) throw roomLimitReached();
    return reply(201, rooms.create(applicationId, body as CreateBody, now), now);
  };

  const updateRoom = (visit: Visit): Reply => {
    const body = visit.request.json();
    complain(checkUpdate(body, visit.now));
    const room = ownRoom(visit);
    if (room.expired) throw notFound(TEXTS.roomNotFound(room.id));
    if (room.type === 'instant') {
      throw badRequest(`The room with id: ${room.id} could not be updated because of its type: temporary`);
    }
    // the body has been checked
    const details = (body as { update_details: UpdateDetails }).update_details;
    checkTheme(details.theme_id);
    rooms.update(room, details);
    return reply(200, room, visit.now);
  };

  const listRooms = ({ applicationId, request, now }: Visit): Reply => {
    const all = rooms.of(applicationId);
    const listed = switches.expiredRoomsListed ? all : all.filter(({ expired }) => !expired);
    const show = (room: RoomRecord) => links.show(room, now);
    return { status: 200, body: roomsPage(listed, request.query, { host: request.host, switches, show }) };
  };

  const updateApplication = ({ applicationId, request, now }: Visit): Reply => {
    const body = request.json();
    complain(checkApplicationUpdate(body, now));
    // the body has been checked
    const { default_theme_id } = (body as { update_details: { default_theme_id: string | null } })
      .update_details;
    checkTheme(default_theme_id);
    defaultThemes.set(applicationId, default_theme_id);
    return { status: 200, body: { application_id: applicationId, default_theme_id } };
  };

  const route = createRouter<(visit: Visit) => Reply>({
    'POST /rooms': createRoom,
    'GET /rooms': listRooms,
    'GET /rooms/:id': (visit) => reply(200, ownRoom(visit), visit.now),
    'PATCH /rooms/:id': updateRoom,
    'GET /themes': ({ applicationId }) => ({
      status: 200,
      body: CHOICES.themes.map((each) => themeView(applicationId, each)),
    }),
    'GET /themes/:id': ({ applicationId, params: { id = '' } }) => {
      const found = theme(id);
      if (!found) throw notFound(TEXTS.themeNotFound(id));
      return { status: 200, body: themeView(applicationId, found) };
    },
    'GET /dial-in-numbers': () => ({ status: 200, body: CHOICES.dialInNumbers }),
    'PATCH /applications': updateApplication,
  });

  return async (request: EmulatorRequest): Promise<Reply> => {
    if (isSignOfLife(request)) return { status: 200, body: { version_number: CHOICES.version } };
    if (request.prefix === '') throw notFound(TEXTS.routeNotFound(`${request.method} ${request.path}`));
    const admission = await gate.admit(
      request.headers.authorization,
      { method: request.method, path: `${request.prefix}${request.path}` },
      clock(),
    );
    if ('refused' in admission) return unauthorized(admission.refused, admission.reason);
    request.account = admission.applicationId;
    const match = route(request);
    if (!match) throw notFound(TEXTS.routeNotFound(`${request.method} ${request.path}`));
    catchUp();
    return match.handler({
      applicationId: admission.applicationId,
      request,
      params: match.params,
      now: clock(),
    });
  };
}

function complain(messages: readonly string[]): void {
  if (messages.length > 0) throw invalidInput(messages);
}

const isSignOfLife = ({ method, path, prefix }: EmulatorRequest) =>
  prefix !== '' && ['GET', 'HEAD'].includes(method) && ['/health', '/ping'].includes(path);
