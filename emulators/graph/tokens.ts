import { constants, createHash, randomBytes, verify, X509Certificate } from 'node:crypto';
import type { EmulatorRequest } from '../http/requests.ts';
import { CHOICES } from './choices.ts';
import { badToken, noGrant } from './errors.ts';

export interface AppOptions {
  readonly tenant: string;
  readonly client: string;
  /** Several while a secret is being replaced. */
  readonly secrets?: readonly string[];
  /** In PEM. */
  readonly certificates?: readonly string[];
}

type Claims = Readonly<Record<string, unknown>>;

/** An app of a tenant, and the access tokens that were issued to it. */
export class Tokens {
  readonly secrets: Set<string>;
  readonly #app: AppOptions;
  readonly #certificates: readonly X509Certificate[];
  readonly #tokens = new Map<string, number>();
  readonly #assertions = new Set<string>();

  constructor(app: AppOptions) {
    this.#app = app;
    this.secrets = new Set(app.secrets);
    this.#certificates = (app.certificates ?? []).map((pem) => new X509Certificate(pem));
  }

  /** From now on, every token is refused. */
  revoke(): void {
    this.#tokens.clear();
  }

  /** Answers `POST /:tenant/oauth2/v2.0/token`. @throws Refusal */
  grant({ text, host }: EmulatorRequest, tenant: string, now: number): object {
    const form = new URLSearchParams(text);
    if (tenant !== this.#app.tenant)
      throw noGrant(400, 'invalid_request', `AADSTS90002: Tenant '${tenant}' not found.`);
    if (form.get('client_id') !== this.#app.client) {
      throw noGrant(400, 'unauthorized_client', 'AADSTS700016: Application was not found in the directory.');
    }
    if (form.get('grant_type') !== 'client_credentials')
      throw noGrant(
        400,
        'unsupported_grant_type',
        'AADSTS70003: The app requested an unsupported grant type.',
      );
    if (!/\/\.default$/.test(form.get('scope') ?? '')) {
      throw noGrant(400, 'invalid_scope', 'AADSTS1002012: The provided value for scope is not valid.');
    }
    const assertion = form.get('client_assertion');
    const audience = `http://${host}/${tenant}/oauth2/v2.0/token`;
    if (assertion === null) this.#checkSecret(form.get('client_secret') ?? '');
    else this.#checkAssertion(assertion, audience, now);
    const token = randomBytes(40).toString('base64url');
    this.#tokens.set(token, now + CHOICES.tokenLife);
    return { token_type: 'Bearer', expires_in: CHOICES.tokenLife / 1000 - 1, access_token: token };
  }

  /** @throws Refusal */
  admit(authorization: string | undefined, now: number): void {
    const [, token = ''] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? [];
    if ((this.#tokens.get(token) ?? 0) <= now) throw badToken();
  }

  #checkSecret(secret: string): void {
    if (this.secrets.has(secret)) return;
    throw noGrant(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.');
  }

  #checkAssertion(assertion: string, audience: string, now: number): void {
    const refused = noGrant(
      401,
      'invalid_client',
      'AADSTS700027: The certificate with identifier is not registered.',
    );
    const [head = '', body = '', signature = ''] = assertion.split('.');
    const header = decoded(head);
    const claims = decoded(body);
    const certificate = this.#certificates.find((each) =>
      thumbprints(each).includes(String(header?.['x5t#S256'] ?? header?.x5t)),
    );
    if (!header || !claims || !certificate) throw refused;
    const padding =
      header.alg === 'PS256' ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {};
    const key = { key: certificate.publicKey, ...padding };
    if (!verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')))
      throw refused;
    const { aud, iss, sub, jti, exp, nbf } = claims;
    const isTimely = Number(nbf) * 1000 <= now + 300_000 && Number(exp) * 1000 > now;
    const isOurs = aud === audience && iss === this.#app.client && sub === this.#app.client;
    if (!isTimely || !isOurs || typeof jti !== 'string' || this.#assertions.has(jti))
      throw noGrant(
        401,
        'invalid_client',
        'AADSTS700024: Client assertion is not within its valid time range.',
      );
    this.#assertions.add(jti);
  }
}

function thumbprints({ raw }: X509Certificate): readonly string[] {
  return ['sha1', 'sha256'].map((kind) => createHash(kind).update(raw).digest('base64url'));
}

function decoded(part: string): Claims | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;
  } catch {
    return undefined;
  }
}
