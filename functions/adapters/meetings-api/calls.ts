import { ApplicationFullError } from '../../rooms/errors.ts';
import type { Instant } from '../../rooms/room.ts';
import { readable } from '../provider/answer.ts';
import { connection, type ProviderCall, type Reply } from '../provider/connection.ts';
import { credentials } from '../provider/credentials.ts';
import { answerOf, failureOf, isSuccess } from '../provider/failures.ts';
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

/** Calls, and throws what an unsuccessful answer stands for unless it is `expected`. */
export function meetingsApiCalls(
  entry: MeetingsApiEntry,
  { secrets, now, timeout, onCall }: ProviderOptions,
) {
  const { name: application, applicationId, secret, baseUrl } = entry;
  const send = connection({ application, baseUrl, now, timeout, onCall });
  const sign = tokenSigner({ application, applicationId, secret, now });
  const { present } = credentials({ application, secret, secrets, sign, now });

  return async (call: ProviderCall, expected: (reply: Reply) => boolean = () => false): Promise<Reply> => {
    const reply = await present((authorization) => send(call, authorization));
    if (isSuccess(reply) || expected(reply)) return reply;
    throw meetingsApiFailure(reply, application, now);
  };
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
