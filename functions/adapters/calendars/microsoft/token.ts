import { createPrivateKey, type KeyObject, randomUUID, X509Certificate } from 'node:crypto';
import { SignJWT } from 'jose';
import { toError, UnreachableError } from '../../../rooms/model/errors.ts';
import { type Duration, MINUTE, SECOND } from '../../../rooms/model/time.ts';
import { accessTokens } from '../../access-tokens.ts';
import type { Reply } from '../../provider/connection.ts';
import { type Sign, uselessSecret } from '../../provider/credentials.ts';
import { bodyIfReadable, bodyOf, calendarSender, type SystemOptions, throttled } from '../calls.ts';
import { certificateFile, tokenError, tokenReply } from './schema.ts';

export interface MicrosoftTokenOptions extends SystemOptions {
  readonly connection: string;
  /** ARN or name of the secret with the credential of the app, for errors. */
  readonly secret: string;
  readonly tenant: string;
  readonly client: string;
  readonly loginUrl: string;
  /** The API for which the tokens are valid. */
  readonly scope: string;
}

/** How long an assertion is valid, and how much clocks may differ. */
const ASSERTION: Duration = 5 * MINUTE;
const SKEW: Duration = 30 * SECOND;

/**
 * Gets access tokens of an app of Entra, with its client secret or with an assertion that the key of its
 * certificate signs.
 */
export function microsoftTokens(options: MicrosoftTokenOptions): Sign {
  const { connection, secret, tenant, client, loginUrl, scope, now } = options;
  const send = calendarSender(connection, loginUrl, options);

  const useless = (found: string) =>
    uselessSecret(
      connection,
      secret,
      found,
      `the client secret of app ${client}, or JSON with its privateKey and certificate`,
      'connection',
    );

  async function proof(value: string): Promise<Record<string, string>> {
    if (!value.startsWith('{')) {
      if (/^[\x21-\x7e]+$/.test(value)) return { client_secret: value };
      throw useless(
        value === '' ? 'it is empty' : `its ${value.length} characters are not all printable ASCII`,
      );
    }
    const file = bodyIfReadable({ text: value }, certificateFile);
    const key = parsed(() => createPrivateKey(file?.privateKey ?? ''));
    const certificate = parsed(() => new X509Certificate(file?.certificate ?? ''));
    if (!key || !certificate) throw useless('it is JSON without a privateKey and a certificate in PEM');
    if (!certificate.checkPrivateKey(key)) throw useless('its certificate is of another private key');
    return {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion(key, certificate),
    };
  }

  function assertion(key: KeyObject, { fingerprint256 }: X509Certificate): Promise<string> {
    const seconds = (instant: number) => Math.floor(instant / SECOND);
    const thumbprint = Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
    return new SignJWT({})
      .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
      .setAudience(`${loginUrl.replace(/\/+$/, '')}/${tenant}/oauth2/v2.0/token`)
      .setIssuer(client)
      .setSubject(client)
      .setJti(randomUUID())
      .setNotBefore(seconds(now() - SKEW))
      .setExpirationTime(seconds(now() + ASSERTION))
      .sign(key);
  }

  async function fetchToken(secretValue: string) {
    const proven = await proof(secretValue.trim());
    const askedAt = now();
    const reply = await send({
      method: 'POST',
      route: '/{tenant}/oauth2/v2.0/token',
      ids: { tenant },
      form: { grant_type: 'client_credentials', client_id: client, scope, ...proven },
    });
    if (reply.status !== 200) throw refusal(reply);
    const { access_token, expires_in } = readToken(reply);
    return { header: `Bearer ${access_token}`, endsAt: askedAt + expires_in * SECOND };
  }

  function refusal(reply: Reply): Error {
    if (reply.status === 429 || reply.status === 503) return throttled(reply, now);
    const { error, error_description = '' } = bodyIfReadable(reply, tokenError) ?? {};
    const [code = ''] = /^AADSTS\d{4,8}/.exec(error_description) ?? [];
    if (error === 'invalid_client') return useless(`Microsoft refuses it (${code || error})`);
    if (error === 'unauthorized_client' || error === 'invalid_request') {
      return useless(
        `Microsoft knows no app ${client} in tenant ${tenant} (${code || error}); check both in the settings`,
      );
    }
    return new UnreachableError(
      `${reply.title}: ${reply.status}, so there is no access token and nothing else was sent`,
    );
  }

  return accessTokens(fetchToken, now);
}

function readToken(reply: Reply) {
  try {
    return bodyOf(reply, tokenReply);
  } catch (cause) {
    throw new UnreachableError(`no access token could be obtained: ${toError(cause).message}`, { cause });
  }
}

/** OpenSSL's error for a damaged file does not help, and may quote it. */
function parsed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
