import type { KeyObject } from 'node:crypto';
import { type ControlHandler, explaining } from '../http/control.ts';
import type { Delivery } from '../http/deliveries.ts';
import type { Reply } from '../http/replies.ts';
import { fieldsOf } from '../http/requests.ts';
import type { Session } from './callbacks.ts';
import type { RoomRecord } from './room.ts';

/** The parts of the emulator that controls use. */
export interface Controlled {
  /** The calls to the callback URLs. */
  readonly callbacks: readonly Delivery[];
  /** Every room ever created, including expired ones, the oldest first. Default: of all applications. */
  rooms(applicationId?: string): readonly RoomRecord[];
  room(id: string): RoomRecord | undefined;
  /** Removes a room without a trace. */
  removeRoom(id: string): void;
  /** Ends a room now, with its callback. */
  expireRoom(id: string): void;
  startSession(roomId: string): Session;
  /** Also ends the room if it expires after use. */
  endSession(roomId: string): void;
  /** Adds a key for the application, or a new application. */
  trust(applicationId: string, publicKey: string | KeyObject): void;
  /** @param publicKey default: all keys of the application */
  distrust(applicationId: string, publicKey?: string | KeyObject): void;
  /**
   * Signs a token that is valid for 15 minutes. @throws Error if the application's private key is not known
   */
  token(applicationId?: string): Promise<string>;
}

const ok = (body: unknown): Reply => ({ status: 200, body });

/** A room without its host link, which is a credential. */
const shown = (room: RoomRecord) => ({
  id: room.id,
  serial: room.serial,
  application_id: room.applicationId,
  meeting_code: room.meetingCode,
  display_name: room.display_name,
  type: room.type,
  metadata: room.metadata,
  created_at: new Date(room.createdAt).toISOString(),
  expires_at: new Date(room.expiresAt).toISOString(),
  is_available: !room.expired,
});

/** The commands under `/_control` that only the Meetings API's emulator has. */
export function createControls(inside: Controlled): Record<string, ControlHandler> {
  const onRoom = (act: (id: string) => unknown): ControlHandler =>
    explaining((_, { id = '' }) => {
      act(id);
      const room = inside.room(id);
      return ok(room ? shown(room) : { removed: id });
    });
  const publicKey = (body: unknown): string => {
    const { publicKey: pem } = fieldsOf(body);
    if (typeof pem !== 'string') throw new Error('send {"publicKey": "-----BEGIN PUBLIC KEY-----..."}');
    return pem;
  };
  return {
    'GET /_control/rooms': (request) => {
      const rooms = inside.rooms(request.query.get('application') ?? undefined);
      return ok({ count: rooms.length, rooms: rooms.map(shown) });
    },
    'POST /_control/rooms/:id/expire': onRoom(inside.expireRoom),
    'DELETE /_control/rooms/:id': onRoom(inside.removeRoom),
    'POST /_control/rooms/:id/session': onRoom(inside.startSession),
    'DELETE /_control/rooms/:id/session': onRoom(inside.endSession),
    'GET /_control/callbacks': () => ok({ callbacks: inside.callbacks }),
    'PUT /_control/applications/:id/keys': explaining((request, { id = '' }) => {
      inside.trust(id, publicKey(request.json()));
      return ok({ trusted: id });
    }),
    'DELETE /_control/applications/:id/keys': (_, { id = '' }) => {
      inside.distrust(id);
      return ok({ distrusted: id });
    },
    'POST /_control/token': explaining(async (request) =>
      ok(await inside.token(request.query.get('application') ?? undefined)),
    ),
  };
}
