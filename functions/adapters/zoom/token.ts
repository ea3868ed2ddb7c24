import { ThrottledError, UnauthorizedError, UnreachableError } from '../../rooms/model/errors.ts';
import { SECOND } from '../../rooms/model/time.ts';
import { type AccessToken, accessTokens } from '../access-tokens.ts';
import { answered, readable } from '../provider/answer.ts';
import { connection, type Reply } from '../provider/connection.ts';
import { type Sign, uselessSecret } from '../provider/credentials.ts';
import { answerOf, failureOf, isSuccess } from '../provider/failures.ts';
import type { ProviderOptions } from '../provider/options.ts';
import { grantReply, noGrantReply } from './schema.ts';

export interface TokenOptions extends Pick<ProviderOptions, 'now' | 'timeout' | 'onCall'> {
  readonly application: string;
  readonly accountId: string;
  readonly clientId: string;
  /** ARN or name, for errors. */
  readonly secret: string;
  readonly tokenUrl: string;
}

/** An access token, and what it allows. */
export interface Grant extends AccessToken {
  readonly scopes: readonly string[];
}

export interface Grants {
  readonly sign: Sign;
  /** Gets a new token with this client secret. */
  fetch(clientSecret: string): Promise<Grant>;
}

/** The number of earlier tokens that are remembered for calls in progress. */
const REMEMBERED = 20;

/** Access tokens of a server-to-server app. */
export function grants(options: TokenOptions): Grants {
  const { application, accountId, clientId, secret, tokenUrl, now, ...connecting } = options;
  const { origin, pathname } = new URL(tokenUrl);
  const send = connection({ ...connecting, application, now, baseUrl: origin });
  /** Headers in the order in which they were fetched. */
  const issued: string[] = [];

  async function fetch(clientSecret: string): Promise<Grant> {
    const form = { grant_type: 'account_credentials', account_id: accountId };
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const askedAt = now();
    const reply = await send({ method: 'POST', route: pathname, form }, `Basic ${basic}`).catch(asUnsent);
    if (!isSuccess(reply)) throw refusal(reply);
    const { access_token, expires_in, scope } = readGrant(reply);
    return {
      header: `Bearer ${access_token}`,
      scopes: scope?.split(/\s+/).filter(Boolean) ?? [],
      endsAt: askedAt + expires_in * SECOND,
    };
  }

  function refusal(reply: Reply): Error {
    const { error } = readable(reply, noGrantReply) ?? {};
    const useless = (found: string, wanted: string) => uselessSecret(application, secret, found, wanted);
    if (error === 'invalid_client') return useless('Zoom refuses it', `the client secret of app ${clientId}`);
    if (error === 'invalid_request') {
      return new UnauthorizedError(
        `${answerOf(reply, error)}: account ${accountId} of application ${application} is not the account of the ` +
          `app ${clientId}; take both from the app's page at the Zoom App Marketplace`,
      );
    }
    if (error === 'unsupported_grant_type') {
      return new UnauthorizedError(
        `${answerOf(reply, error)}: the app ${clientId} of application ${application} must be a server-to-server ` +
          'OAuth app, and be activated',
      );
    }
    const failure = failureOf(reply, {}, now);
    return failure instanceof ThrottledError
      ? new ThrottledError(failure.message, { retryAfter: failure.retryAfter, ambiguous: false })
      : noToken(answerOf(reply));
  }

  function readGrant(reply: Reply) {
    try {
      return answered(reply, grantReply);
    } catch (cause) {
      throw noToken(cause instanceof Error ? cause.message : 'unreadable', cause);
    }
  }

  async function fetchToUse(value: string): Promise<Grant> {
    const grant = await fetch(clientSecretIn(value, options));
    issued.push(grant.header);
    if (issued.length > REMEMBERED) issued.shift();
    return grant;
  }

  /** Also if it was fetched before a refused one: when an app is changed, all of its tokens become invalid. */
  function isRefused(header: string, refused: ReadonlySet<string>): boolean {
    const newestRefused = Math.max(-1, ...[...refused].map((each) => issued.indexOf(each)));
    return issued.indexOf(header) <= newestRefused;
  }

  return { sign: accessTokens(fetchToUse, now, isRefused), fetch };
}

/** @throws UnauthorizedError if the text cannot be one */
export function clientSecretIn(
  value: string,
  { application, secret, clientId }: Pick<TokenOptions, 'application' | 'secret' | 'clientId'>,
): string {
  const clientSecret = value.trim();
  if (/^[\x21-\x7e]+$/.test(clientSecret) && !clientSecret.startsWith('{')) return clientSecret;
  throw uselessSecret(application, secret, faultOf(clientSecret), `the client secret of app ${clientId}`);
}

function faultOf(clientSecret: string): string {
  if (clientSecret === '') return 'it is empty';
  if (clientSecret.startsWith('{')) return 'it holds JSON and not a secret';
  return `its ${clientSecret.length} characters are not all printable ASCII without blanks`;
}

/** Without a token no call about a meeting was sent, for any failure of the token call. */
function noToken(found: string, cause?: unknown): UnreachableError {
  return new UnreachableError(`no access token could be obtained, so nothing else was sent: ${found}`, {
    cause,
  });
}

function asUnsent(error: unknown): never {
  throw noToken(error instanceof Error ? error.message : 'unknown', error);
}
