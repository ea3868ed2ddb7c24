import { Refusal, type Reply } from '../http/replies.ts';

const reply = (code: number, reason: string, message: string, domain = 'global'): Reply => ({
  status: code,
  body: { error: { code, message, errors: [{ domain, reason, message }] } },
});

const refusal = (code: number, reason: string, message: string, domain?: string) =>
  new Refusal(reply(code, reason, message, domain));

export const badToken = () => refusal(401, 'authError', 'Invalid Credentials');

export const noScope = () =>
  refusal(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.');

export const notFound = () => refusal(404, 'notFound', 'Not Found');

export const deleted = () => refusal(410, 'deleted', 'Resource has been deleted');

export const staleSyncToken = () =>
  refusal(410, 'fullSyncRequired', 'Sync token is no longer valid, a full sync is required.', 'calendar');

export const changedMeanwhile = () => refusal(412, 'conditionNotMet', 'Precondition Failed');

export const invalid = (message: string) => refusal(400, 'invalid', message);

export const badRequest = (message: string) => refusal(400, 'badRequest', message);

export const needsWriter = () =>
  refusal(403, 'requiredAccessLevel', 'You need to have writer access to this calendar.', 'calendar');

export const notOrganizer = () =>
  refusal(
    403,
    'forbiddenForNonOrganizer',
    'Shared properties can only be changed by the organizer of the event.',
    'calendar',
  );

export const overQuota = (status: number) =>
  refusal(
    status,
    status === 429 ? 'rateLimitExceeded' : 'userRateLimitExceeded',
    'Rate Limit Exceeded',
    'usageLimits',
  );

/** An error of the token call, in the form of OAuth. */
export const noGrant = (status: number, error: string, error_description: string) =>
  new Refusal({ status, body: { error, error_description } });

export function failure(status: number, message: string): Reply {
  const reason = status === 429 ? 'rateLimitExceeded' : status >= 500 ? 'backendError' : 'badRequest';
  return reply(status, reason, message);
}
