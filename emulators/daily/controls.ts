import type { ControlHandler } from '../http/control.ts';
import { explaining } from '../http/control.ts';
import type { Delivery } from '../http/deliveries.ts';
import type { Reply } from '../http/replies.ts';
import type { RoomEmulator } from '../room-emulator.ts';
import type { Participant } from './meetings.ts';

/** What controls reach of the emulator. */
export interface Controlled extends Pick<RoomEmulator, 'inventory'> {
  /** What went to the webhooks. */
  readonly callbacks: readonly Delivery[];
  /** Loses a room. */
  removeRoom(name: string, domainName?: string): void;
  participants(roomName: string, domainName?: string): readonly Participant[];
  trust(domainName: string, apiKey: string): void;
  /** @param apiKey default every key of the domain. Tokens signed with it open nothing any more. */
  distrust(domainName: string, apiKey?: string): void;
}

const ok = (body: unknown): Reply => ({ status: 200, body });

/** What only Daily's emulator can be told under `/_control`. */
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
      const { apiKey } = (request.json() ?? {}) as { apiKey?: unknown };
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
