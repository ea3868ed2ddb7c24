import { type ControlHandler, explaining } from '../http/control.ts';
import type { Reply } from '../http/replies.ts';
import { fieldsOf } from '../http/requests.ts';
import type { CalendarRecord, Mail } from './calendars.ts';

/** The objects that the controls change. */
export interface Controlled {
  readonly mails: readonly Mail[];
  calendars(): readonly CalendarRecord[];
  /** @throws Error if there is no such calendar */
  calendar(path: string): CalendarRecord;
  trust(user: string, password: string): void;
  distrust(user: string): void;
}

const ok = (body: unknown): Reply => ({ status: 200, body });

/** The commands under `/_control` that only the CalDAV server has. */
export function createControls(inside: Controlled): Record<string, ControlHandler> {
  const calendarOf = ({ user = '', calendar = '' }: Readonly<Record<string, string>>) =>
    inside.calendar(`${user}/${calendar}`);
  return {
    'GET /_control/calendars': () =>
      ok({
        calendars: inside.calendars().map(({ path, members, readOnly }) => ({
          path,
          readOnly,
          events: members.map(({ name, etag }) => ({ name, etag })),
        })),
      }),
    'PUT /_control/calendars/:user/:calendar/rights': explaining((request, params) => {
      const { readOnly } = fieldsOf(request.json());
      if (typeof readOnly !== 'boolean') throw new Error('send {"readOnly": true} or {"readOnly": false}');
      calendarOf(params).readOnly = readOnly;
      return ok({ readOnly });
    }),
    'DELETE /_control/calendars/:user/:calendar/tokens': explaining((_, params) => {
      calendarOf(params).expireTokens();
      return ok({ expired: true });
    }),
    'GET /_control/mails': () => ok({ count: inside.mails.length, mails: inside.mails }),
    'PUT /_control/users/:user/passwords': explaining((request, { user = '' }) => {
      const { password } = fieldsOf(request.json());
      if (typeof password !== 'string' || password === '') throw new Error('send {"password": "..."}');
      inside.trust(user, password);
      return ok({ trusted: user });
    }),
    'DELETE /_control/users/:user/passwords': explaining((_, { user = '' }) => {
      inside.distrust(user);
      return ok({ distrusted: user });
    }),
  };
}
