import { Refusal, type Reply } from '../http/replies.ts';

const ERRORS: Readonly<Record<number, string>> = {
  400: 'invalid-request-error',
  401: 'authentication-error',
  403: 'forbidden-error',
  404: 'not-found',
  429: 'rate-limit-error',
};

const reply = (status: number, error: string, more: object = {}): Reply => ({
  status,
  body: { error, ...more },
});

export const invalidRequest = (info: string): Refusal =>
  new Refusal(reply(400, 'invalid-request-error', { info }));

export const unreadableJson = (info: string): Refusal =>
  new Refusal(reply(400, 'json-parsing-error', { info }));

export const badHeader = (): Refusal =>
  new Refusal(reply(400, 'authorization-header-error', { info: 'bad Authorization header format' }));

export const unauthenticated = (): Refusal => new Refusal(reply(401, 'authentication-error'));

export const notFound = (info: string, more: object = {}): Refusal =>
  new Refusal(reply(404, 'not-found', { info, ...more }));

export function failure(status: number, info: string): Reply {
  return reply(status, ERRORS[status] ?? (status >= 500 ? 'server-error' : 'invalid-request-error'), {
    info,
  });
}
