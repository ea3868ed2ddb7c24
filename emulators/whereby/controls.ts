import { type ControlHandler, explaining } from '../http/control.ts';
import type { Reply } from '../http/replies.ts';
import type { Whereby } from './whereby.ts';

type Inside = Pick<
  Whereby,
  'callbacks' | 'inventory' | 'removeMeeting' | 'participants' | 'addWebhook' | 'trust' | 'distrust'
>;

const ok = (body: unknown): Reply => ({ status: 200, body });

function texts(body: unknown, ...names: string[]): string[] {
  const given = (body ?? {}) as Record<string, unknown>;
  return names.map((name) => {
    const value = given[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new Error(`send {${names.map((each) => `"${each}": "..."`).join(', ')}}`);
  });
}

/** What only Whereby's emulator can be told under `/_control`. */
export function createControls(inside: Inside): Record<string, ControlHandler> {
  return {
    'GET /_control/rooms': (request) => {
      const rooms = inside.inventory(request.query.get('subdomain') ?? undefined);
      return ok({ count: rooms.length, rooms });
    },
    'DELETE /_control/rooms/:id': explaining((_, { id = '' }) => {
      inside.removeMeeting(id);
      return ok({ removed: id });
    }),
    'GET /_control/rooms/:id/participants': explaining((_, { id = '' }) => ok(inside.participants(id))),
    'GET /_control/callbacks': () => ok({ callbacks: inside.callbacks }),
    'POST /_control/webhooks': explaining((request) => {
      const [url = '', secret = ''] = texts(request.json(), 'url', 'secret');
      inside.addWebhook({ url, secret });
      return ok({ added: url });
    }),
    'PUT /_control/organizations/:subdomain/keys': explaining((request, { subdomain = '' }) => {
      const [apiKey = ''] = texts(request.json(), 'apiKey');
      inside.trust(subdomain, apiKey);
      return ok({ trusted: subdomain });
    }),
    'DELETE /_control/organizations/:subdomain/keys': explaining((_, { subdomain = '' }) => {
      inside.distrust(subdomain);
      return ok({ distrusted: subdomain });
    }),
  };
}
