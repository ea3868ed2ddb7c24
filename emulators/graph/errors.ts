import { Refusal, type Reply } from '../http/replies.ts';
import { CHOICES } from './choices.ts';

const reply = (status: number, code: string, message: string): Reply => ({
  status,
  body: { error: { code, message, innerError: { date: '2027-01-01T00:00:00', 'request-id': 'emulator' } } },
});

const refusal = (status: number, code: string, message: string) => new Refusal(reply(status, code, message));

export const badToken = () =>
  refusal(401, 'InvalidAuthenticationToken', 'Access token has expired or is not yet valid.');

export const denied = () =>
  refusal(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');

export const noMailbox = () => refusal(404, 'ErrorInvalidUser', 'The requested user is invalid.');

export const noEvent = () =>
  refusal(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');

export const noRoute = () => refusal(404, 'ResourceNotFound', 'Resource not found for the segment.');

export const staleLink = (status: number) =>
  refusal(status, 'SyncStateNotFound', 'The sync state generation is not found; a full sync is required.');

export const changedMeanwhile = () =>
  refusal(
    412,
    'ErrorIrresolvableConflict',
    'The change key passed in the request does not match the current change key.',
  );

export const badRequest = (message: string) => refusal(400, 'ErrorInvalidRequest', message);

const throttled = (limit: string, seconds: number) =>
  new Refusal({
    ...reply(429, 'ApplicationThrottled', `Application is over its ${limit} limit.`),
    headers: { 'retry-after': String(seconds) },
  });

export const tooMany = (seconds: number) => throttled('MailboxRequests', seconds);

export const tooManyAtOnce = () => throttled('MailboxConcurrency', CHOICES.pauseOfConcurrency);

/** An error of the token call, in the form of OAuth. */
export const noGrant = (status: number, error: string, error_description: string) =>
  new Refusal({ status, body: { error, error_description } });

export function failure(status: number, message: string): Reply {
  return reply(status, status === 429 ? 'ApplicationThrottled' : 'ErrorInternalServerError', message);
}
