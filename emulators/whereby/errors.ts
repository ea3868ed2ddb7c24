import { STATUS_CODES } from 'node:http';
import { Refusal, type Reply } from '../http/replies.ts';
import { type Switches, TEXTS } from './choices.ts';

/** The provider's errors, with or without the undocumented bodies. */
export function createErrors({ errorBodies, throttleField }: Switches) {
  const reply = (status: number, error: string): Reply => ({
    status,
    ...(errorBodies === 'json' && { body: { error } }),
  });
  /** @param wait milliseconds */
  const throttled = (throttleKey: string, wait: number): Reply => ({
    status: 429,
    body: { error: TEXTS.throttled(throttleKey), data: { [throttleField]: wait } },
  });
  return {
    throttled,
    badRequest: (text: string) => new Refusal(reply(400, text)),
    unauthorized: () => new Refusal(reply(401, TEXTS.unauthorized)),
    notFound: () => new Refusal(reply(404, TEXTS.notFound)),
    /** A requested throttle belongs to the first organisation. */
    failure: (status: number, detail: string, wait: number): Reply =>
      status === 429
        ? throttled('organization:1', wait)
        : reply(status, detail || (STATUS_CODES[status] ?? 'error')),
    withStatus: (status: number) => new Refusal(reply(status, STATUS_CODES[status] ?? 'error')),
  };
}

export type Errors = ReturnType<typeof createErrors>;
