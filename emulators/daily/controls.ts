import type { ControlHandler } from '../http/control.ts';
import { explaining } from '../http/control.ts';
import type { Delivery } from '../http/deliveries.ts';
import type { Reply } from '../http/replies.ts';
import { fieldsOf } from '../http/requests.ts';
import type { RoomEmulator } from '../room-emulator.ts';
import type { Participant } from './meetings.ts';

/** The parts of the emulator that controls use. */
export interface Controlled extends Pick<RoomEmulator, 'inventory'> {
  /** The calls to the webhooks. */
  readonly callbacks: readonly Delivery[];
  /** Removes a room without a trace. */
  removeRoom(name: string, domainName?: string): void;
  participants(roomName: string, domainName?: string): readonly Participant[];
  trust(domainName: string, apiKey: string): void;
  /**
   * @param apiKey default: every key of the domain. Tokens that were signed with it are invalid from now on
   */
  distrust(domainName: string, apiKey?: string): void;
}

const ok = (body: unknown): Reply => ({ status: 200, body });

/** The commands under `/_control` that only Daily's emulator has. */
export function createControls(inside: Controlled): Record<string, ControlHandler> {
  return {
    'GET /_control/rooms': (request) => {
      const rooms = inside.inventory(request.query.get('domain') ?? undefined);
      return ok({ count: rooms.length, rooms });
    },
    'DELETE /_control/rooms/:name': explaining((_, { name = '' }) => {
      inside.removeRoom(name);
      return ok({ removed: name });
    }),
    'GET /_control/rooms/:name/participants': explaining((_, { name = '' }) => ok(inside.participants(name))),
    'GET /_control/callbacks': () => ok({ callbacks: inside.callbacks }),
    'PUT /_control/domains/:domain/keys': explaining((request, { domain = '' }) => {
      const { apiKey } = fieldsOf(request.json());
      if (typeof apiKey !== 'string' || apiKey === '') throw new Error('send {"apiKey": "..."}');
      inside.trust(domain, apiKey);
      return ok({ trusted: domain });
    }),
    'DELETE /_control/domains/:domain/keys': explaining((_, { domain = '' }) => {
      inside.distrust(domain);
      return ok({ distrusted: domain });
    }),
  };
}
