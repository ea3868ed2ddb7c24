import { ApplicationFullError } from '../../rooms/errors.ts';
import type { Instant } from '../../rooms/room.ts';
import { readable } from '../provider/answer.ts';
import { type Call, caller } from '../provider/caller.ts';
import type { Reply } from '../provider/connection.ts';
import { answerOf, failureOf } from '../provider/failures.ts';
import type { ProviderOptions } from '../provider/options.ts';
import { errorReply } from './schema.ts';
import { tokenSigner } from './token.ts';

/** An application at the Meetings API, as an entry of the pool has it. */
export interface MeetingsApiEntry {
  readonly name: string;
  readonly applicationId: string;
  /** ARN or name of the secret with the private key. */
  readonly secret: string;
  readonly baseUrl: string;
}

export function meetingsApiCalls(entry: MeetingsApiEntry, options: ProviderOptions): Call {
  const { name: application, applicationId, secret, baseUrl } = entry;
  const { now } = options;
  return caller({
    ...options,
    application,
    secret,
    baseUrl,
    sign: tokenSigner({ application, applicationId, secret, now }),
    failure: (reply) => meetingsApiFailure(reply, application, now),
  });
}

function meetingsApiFailure(reply: Reply, application: string, now: () => Instant): Error {
  const reason = reasonOf(reply);
  // the only reason for a 403 that the contract gives; a create is what it gives it for
  if (reply.status === 403 && reply.call.method === 'POST') {
    return new ApplicationFullError(
      `application ${application} holds as many rooms as it may: ${answerOf(reply, reason)}`,
    );
  }
  return failureOf(reply, { reason }, now);
}

/** The provider's reason in either of its two shapes, with the fields it names. */
function reasonOf(reply: Reply): string | undefined {
  const error = readable(reply, errorReply);
  if (!error) return undefined;
  if ('title' in error) return [error.title, error.detail].filter(Boolean).join(': ');
  const details = (error.errors ?? []).map((detail) =>
    typeof detail === 'string' ? detail : JSON.stringify(detail),
  );
  return [error.message, ...details].join('; ');
}
