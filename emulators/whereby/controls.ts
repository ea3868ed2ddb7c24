import { type ControlHandler, explaining } from '../http/control.ts';
import type { Delivery } from '../http/deliveries.ts';
import type { Reply } from '../http/replies.ts';
import { fieldsOf } from '../http/requests.ts';
import type { RoomEmulator } from '../room-emulator.ts';
import type { WebhookOptions } from './organizations.ts';
import type { Client } from './sessions.ts';

/** The parts of the emulator that controls use. */
export interface Controlled extends Pick<RoomEmulator, 'inventory'> {
  /** The calls to the webhooks. */
  readonly callbacks: readonly Delivery[];
  /** Removes a meeting without a trace. */
  removeMeeting(meetingId: string, subdomain?: string): void;
  participants(meetingId: string, subdomain?: string): readonly Client[];
  /** Adds a webhook, as the dashboard does. */
  addWebhook(webhook: WebhookOptions, subdomain?: string): void;
  trust(subdomain: string, apiKey: string): void;
  /** @param apiKey default: every key of the organisation */
  distrust(subdomain: string, apiKey?: string): void;
}

const ok = (body: unknown): Reply => ({ status: 200, body });

function texts(body: unknown, ...names: string[]): string[] {
  const given = fieldsOf(body);
  return names.map((name) => {
    const value = given[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new Error(`send {${names.map((each) => `"${each}": "..."`).join(', ')}}`);
  });
}

/** The commands under `/_control` that only Whereby's emulator has. */
export function createControls(inside: Controlled): Record<string, ControlHandler> {
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
