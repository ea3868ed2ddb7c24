import { createPublicKey, randomBytes, verify } from 'node:crypto';
import type { EmulatorRequest } from '../http/requests.ts';
import { CHOICES } from './choices.ts';
import { badToken, noGrant, noScope } from './errors.ts';

export interface ServiceAccountOptions {
  readonly email: string;
  /** The keys in PEM, by their ids; several while a key is being replaced. */
  readonly publicKeys: Readonly<Record<string, string>>;
  /** The addresses of users for whom it may act by domain-wide delegation. */
  readonly delegates?: readonly string[];
}

export interface ServiceAccount {
  readonly email: string;
  readonly publicKeys: Map<string, string>;
  readonly delegates: readonly string[];
}

interface Token {
  readonly account: ServiceAccount;
  /** The address of the user whose calendars it gives access to. */
  readonly user: string;
  readonly until: number;
}

type Claims = Readonly<Record<string, unknown>>;

const SCOPES = [
  'https://www.googleapis.com/auth/calendar',
  'https://www.googleapis.com/auth/calendar.events',
];

/** Service accounts, and the access tokens that were issued to them. */
export class Tokens {
  readonly #accounts: readonly ServiceAccount[];
  readonly #tokens = new Map<string, Token & { readonly scoped: boolean }>();

  constructor(accounts: readonly ServiceAccountOptions[]) {
    this.#accounts = accounts.map(({ email, publicKeys, delegates = [] }) => ({
      email,
      publicKeys: new Map(Object.entries(publicKeys)),
      delegates,
    }));
  }

  /** @throws Error if there is no such account */
  named(email: string): ServiceAccount {
    const account = this.#accounts.find((each) => each.email === email);
    if (account) return account;
    throw new Error(`there is no service account ${email}`);
  }

  /** From now on, every token is refused. */
  revoke(): void {
    this.#tokens.clear();
  }

  /** Answers `POST /token`. @throws Refusal */
  grant({ text }: EmulatorRequest, audience: string, now: number): object {
    const form = new URLSearchParams(text);
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      throw noGrant(400, 'unsupported_grant_type', 'Invalid grant_type');
    const { account, claims } = this.#verified(form.get('assertion') ?? '');
    const { aud, iat, exp, sub, scope } = claims;
    const [issued, expires] = [Number(iat) * 1000, Number(exp) * 1000];
    const isTimely =
      issued <= now + CHOICES.skew && expires > now && expires - issued <= CHOICES.longestAssertion;
    if (!isTimely) {
      throw noGrant(
        400,
        'invalid_grant',
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
      );
    }
    if (aud !== audience) throw noGrant(400, 'invalid_grant', 'Invalid JWT: Failed audience check.');
    const user = sub === undefined ? account.email : String(sub);
    if (user !== account.email && !account.delegates.includes(user)) {
      throw noGrant(
        401,
        'unauthorized_client',
        'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
      );
    }
    const scopes = String(scope ?? '').split(' ');
    if (scopes.join('') === '') throw noGrant(400, 'invalid_scope', 'Missing required scope');
    const token = `ya29.${randomBytes(30).toString('base64url')}`;
    const scoped = scopes.some((each) => SCOPES.includes(each));
    this.#tokens.set(token, { account, user, until: now + CHOICES.tokenLife, scoped });
    return { access_token: token, expires_in: CHOICES.tokenLife / 1000 - 1, token_type: 'Bearer' };
  }

  /** @throws Refusal */
  admit(authorization: string | undefined, now: number): Token {
    const [, value = ''] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? [];
    const token = this.#tokens.get(value);
    if (!token || token.until <= now || token.account.publicKeys.size === 0) throw badToken();
    if (!token.scoped) throw noScope();
    return token;
  }

  #verified(assertion: string): { account: ServiceAccount; claims: Claims } {
    const [head = '', body = '', signature = ''] = assertion.split('.');
    const header = decoded(head);
    const claims = decoded(body);
    if (header?.alg !== 'RS256' || !claims) throw noGrant(400, 'invalid_grant', 'Bad JWT');
    const account = this.#accounts.find(({ email }) => email === claims.iss);
    if (!account) throw noGrant(400, 'invalid_grant', 'Invalid grant: account not found');
    const keys =
      header.kid === undefined
        ? [...account.publicKeys.values()]
        : [account.publicKeys.get(String(header.kid))];
    const isSigned = keys.some(
      (pem) =>
        pem !== undefined &&
        verify(
          'RSA-SHA256',
          Buffer.from(`${head}.${body}`),
          createPublicKey(pem),
          Buffer.from(signature, 'base64url'),
        ),
    );
    if (!isSigned) throw noGrant(400, 'invalid_grant', 'Invalid JWT Signature.');
    return { account, claims };
  }
}

function decoded(part: string): Claims | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;
  } catch {
    return undefined;
  }
}
