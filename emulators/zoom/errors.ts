import { Refusal, type Reply } from '../http/replies.ts';

const reply = (status: number, code: number, message: string, more: object = {}): Reply => ({
  status,
  body: { code, message, ...more },
});

const refusal = (status: number, code: number, message: string, more?: object) =>
  new Refusal(reply(status, code, message, more));

export const unreadableBody = () => refusal(400, 300, 'Request Body should be a valid JSON object.');

export const invalidField = (field: string, message = 'Invalid field.') =>
  refusal(400, 300, 'Validation Failed.', { errors: [{ field, message }] });

export const badToken = (message = 'Invalid access token.') => refusal(401, 124, message);

export const missingScope = (scope: string, code: number) =>
  refusal(
    code === 4700 ? 401 : 400,
    code,
    `Invalid access token, does not contain scopes:[${scope.replace(/:admin$/, '')}, ${scope}].`,
  );

export const noUser = (user: string) => refusal(404, 1001, `User does not exist: ${user}.`);

export const foreignUser = (account: string) =>
  refusal(400, 1010, `User does not belong to this account: ${account}.`);

export const noMeeting = (id: string) => refusal(404, 3001, `Meeting does not exist: ${id}.`);

export const inProgress = (id: string) =>
  refusal(400, 3002, `Sorry, you cannot delete the meeting ${id} since it's in progress.`);

export const notInProgress = () => refusal(400, 3061, 'The meeting is not in progress.');

export const badPageToken = () => refusal(400, 300, 'The next page token is invalid or expired.');

/** An error of the token call, in the form of OAuth. */
export const noGrant = (error: string, reason: string, status = 400) =>
  new Refusal({ status, body: { reason, error } });

export const tooMany = (message: string, headers: Readonly<Record<string, string>>) =>
  new Refusal({ ...reply(429, 429, message), headers });

export function failure(status: number, message: string): Reply {
  return reply(status, status, message);
}
