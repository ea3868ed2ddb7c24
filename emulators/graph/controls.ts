import { type ControlHandler, explaining } from '../http/control.ts';
import type { Reply } from '../http/replies.ts';
import { fieldsOf } from '../http/requests.ts';
import type { Fields, Mail } from './mailboxes.ts';

/** The objects that the controls change. */
export interface Controlled {
  readonly mails: readonly Mail[];
  event(mailbox: string, id: string): Fields | undefined;
  add(mailbox: string, fields: Fields): string;
  edit(mailbox: string, id: string, fields: Fields): void;
  remove(mailbox: string, id: string): void;
  expireLinks(mailbox: string): void;
}

const ok = (body: unknown): Reply => ({ status: 200, body });

/** The commands under `/_control` that only this emulator has: the actions of a person in the calendar. */
export function createControls(inside: Controlled): Record<string, ControlHandler> {
  const shown = (mailbox: string, id: string) => ok(inside.event(mailbox, id));
  return {
    'GET /_control/mails': () => ok({ count: inside.mails.length, mails: inside.mails }),
    'POST /_control/calendars/:mailbox/events': explaining((request, { mailbox = '' }) =>
      shown(mailbox, inside.add(mailbox, fieldsOf(request.json()))),
    ),
    'PATCH /_control/calendars/:mailbox/events/:id': explaining((request, { mailbox = '', id = '' }) => {
      inside.edit(mailbox, id, fieldsOf(request.json()));
      return shown(mailbox, id);
    }),
    'GET /_control/calendars/:mailbox/events/:id': explaining((_, { mailbox = '', id = '' }) =>
      shown(mailbox, id),
    ),
    'DELETE /_control/calendars/:mailbox/events/:id': explaining((_, { mailbox = '', id = '' }) => {
      inside.remove(mailbox, id);
      return ok({ removed: id });
    }),
    'DELETE /_control/calendars/:mailbox/sync-tokens': explaining((_, { mailbox = '' }) => {
      inside.expireLinks(mailbox);
      return ok({ expired: mailbox });
    }),
  };
}
