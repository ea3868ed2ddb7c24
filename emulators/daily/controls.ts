import type { ControlHandler } from '../http/control.ts';
import { explaining } from '../http/control.ts';
import type { Reply } from '../http/replies.ts';
import type { Daily } from './daily.ts';

type Inside = Pick<Daily, 'callbacks' | 'inventory' | 'removeRoom' | 'participants' | 'trust' | 'distrust'>;

const ok = (body: unknown): Reply => ({ status: 200, body });

/** What only Daily's emulator can be told under `/_control`. */
export function createControls(inside: Inside): Record<string, ControlHandler> {
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
