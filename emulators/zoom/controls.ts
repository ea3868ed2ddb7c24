import { type ControlHandler, explaining } from '../http/control.ts';
import type { Delivery } from '../http/deliveries.ts';
import type { Reply } from '../http/replies.ts';
import { fieldsOf } from '../http/requests.ts';
import type { Entry, InventoryEntry } from '../room-emulator.ts';

/** The objects that the controls change. */
export interface Controlled {
  readonly callbacks: readonly Delivery[];
  inventory(accountId?: string): readonly InventoryEntry[];
  removeMeeting(id: string): void;
  join(link: string, name: string): Entry;
  leave(id: string, name: string): void;
  trust(accountId: string, clientSecret: string): void;
  distrust(accountId: string): void;
  subscribe(hook: { readonly url: string; readonly secretToken: string }): void;
}

const ok = (body: unknown): Reply => ({ status: 200, body });

/** The commands under `/_control` that only Zoom's emulator has. */
export function createControls(inside: Controlled): Record<string, ControlHandler> {
  return {
    'GET /_control/rooms': (request) => {
      const rooms = inside.inventory(request.query.get('account') ?? undefined);
      return ok({ count: rooms.length, rooms });
    },
    'DELETE /_control/rooms/:id': explaining((_, { id = '' }) => {
      inside.removeMeeting(id);
      return ok({ removed: id });
    }),
    'GET /_control/callbacks': () => ok({ callbacks: inside.callbacks }),
    'POST /_control/webhooks': explaining((request) => {
      const { url, secretToken } = fieldsOf(request.json());
      if (typeof url !== 'string' || typeof secretToken !== 'string' || !URL.canParse(url)) {
        throw new Error('send {"url": "https://...", "secretToken": "..."}');
      }
      inside.subscribe({ url, secretToken });
      return ok({ subscribed: url });
    }),
    'POST /_control/visits': explaining((request) => {
      const { link, name } = fieldsOf(request.json());
      if (typeof link !== 'string') throw new Error('send {"link": "https://...", "name": "Ann"}');
      return ok(inside.join(link, typeof name === 'string' ? name : 'somebody'));
    }),
    'DELETE /_control/rooms/:id/visits/:name': explaining((_, { id = '', name = '' }) => {
      inside.leave(id, name);
      return ok({ left: id });
    }),
    'PUT /_control/accounts/:account/secrets': explaining((request, { account = '' }) => {
      const { clientSecret } = fieldsOf(request.json());
      if (typeof clientSecret !== 'string' || clientSecret === '')
        throw new Error('send {"clientSecret": "..."}');
      inside.trust(account, clientSecret);
      return ok({ trusted: account });
    }),
    'DELETE /_control/accounts/:account/secrets': explaining((_, { account = '' }) => {
      inside.distrust(account);
      return ok({ distrusted: account });
    }),
  };
}
