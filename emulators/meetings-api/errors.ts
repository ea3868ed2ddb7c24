import { STATUS_CODES } from 'node:http';
import { Refusal, type Reply } from '../http/replies.ts';
import { ERROR_NAMES, TEXTS } from './choices.ts';

/** An error of the service behind the gateway. */
function service(status: number, message: string, more: object = {}): Reply {
  return { status, body: { message, name: ERROR_NAMES[status] ?? 'Error', status, ...more } };
}

/** @param reason for a person at the emulator; the provider itself does not give one */
export function unauthorized(kind: 'missing' | 'wrong', reason: string): Reply {
  const body =
    kind === 'missing'
      ? { title: 'Missing Auth', detail: 'Auth header is required' }
      : { title: 'Unauthorized', detail: 'You did not provide correct credentials' };
  return { status: 401, body, headers: { 'x-emulator-reason': reason } };
}

/** A single error is only a message, as in the captured reply; several errors are a list. */
export const invalidInput = (messages: readonly string[]): Refusal =>
  new Refusal(
    service(400, messages[0] ?? '', {
      name: 'InputValidationError',
      ...(messages.length > 1 && { errors: messages }),
    }),
  );

export const badRequest = (message: string): Refusal => new Refusal(service(400, message));

export const notFound = (message: string): Refusal => new Refusal(service(404, message));

export const roomLimitReached = (): Refusal => new Refusal(service(403, TEXTS.roomLimit));

/** 429, 502, 503 and 504 come from the gateway, the others from the service. */
export function failure(status: number, detail: string): Reply {
  if (status === 429 || (status > 500 && status < 600)) {
    return { status, body: { title: STATUS_CODES[status] ?? 'Error', detail } };
  }
  return service(status, detail);
}
