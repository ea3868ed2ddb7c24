import { readable } from '../provider/answer.ts';
import { type Call, caller } from '../provider/caller.ts';
import type { Reply } from '../provider/connection.ts';
import { failureOf } from '../provider/failures.ts';
import type { ProviderOptions } from '../provider/options.ts';
import { errorReply } from './schema.ts';
import { tokenSigner } from './token.ts';

/** An application at the Meetings API, as an entry of the pool. */
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
    isOwn: (reply) => readable(reply, errorReply) !== undefined,
    failure: (reply) => failureOf(reply, { reason: reasonOf(reply) }, now),
  });
}

/** Returns the provider's reason, in either of its two forms, with the fields that it names. */
function reasonOf(reply: Reply): string | undefined {
  const error = readable(reply, errorReply);
  if (!error) return undefined;
  if ('title' in error) return [error.title, error.detail].filter(Boolean).join(': ');
  const details = (error.errors ?? []).map((detail) =>
    typeof detail === 'string' ? detail : JSON.stringify(detail),
  );
  return [error.message, ...details].join('; ');
}
