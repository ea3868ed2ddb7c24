import { type ControlHandler, explaining } from '../http/control.ts';
import type { Reply } from '../http/replies.ts';
import { fieldsOf } from '../http/requests.ts';
import type { Fields, Mail } from './calendars.ts';

/** The objects that the controls change. */
export interface Controlled {
  readonly mails: readonly Mail[];
  event(calendar: string, id: string): Fields | undefined;
  add(calendar: string, fields: Fields): string;
  edit(calendar: string, id: string, fields: Fields): void;
  remove(calendar: string, id: string): void;
  expireSyncTokens(calendar: string): void;
}

const ok = (body: unknown): Reply => ({ status: 200, body });

/** The commands under `/_control` that only this emulator has: the actions of a person in the calendar. */
export function createControls(inside: Controlled): Record<string, ControlHandler> {
  const shown = (calendar: string, id: string) => ok(inside.event(calendar, id));
  return {
    'GET /_control/mails': () => ok({ count: inside.mails.length, mails: inside.mails }),
    'POST /_control/calendars/:calendar/events': explaining((request, { calendar = '' }) =>
      shown(calendar, inside.add(calendar, fieldsOf(request.json()))),
    ),
    'PATCH /_control/calendars/:calendar/events/:id': explaining((request, { calendar = '', id = '' }) => {
      inside.edit(calendar, id, fieldsOf(request.json()));
      return shown(calendar, id);
    }),
    'GET /_control/calendars/:calendar/events/:id': explaining((_, { calendar = '', id = '' }) =>
      shown(calendar, id),
    ),
    'DELETE /_control/calendars/:calendar/events/:id': explaining((_, { calendar = '', id = '' }) => {
      inside.remove(calendar, id);
      return ok({ removed: id });
    }),
    'DELETE /_control/calendars/:calendar/sync-tokens': explaining((_, { calendar = '' }) => {
      inside.expireSyncTokens(calendar);
      return ok({ expired: calendar });
    }),
  };
}
