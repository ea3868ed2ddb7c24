import { randomBytes } from 'node:crypto';
import type { EmulatorRequest } from '../http/requests.ts';
import { CHOICES, SCOPES, type Switches } from './choices.ts';
import { badToken, foreignUser, missingScope, noGrant, noUser } from './errors.ts';

export interface HostOptions {
  readonly email: string;
  /** Default: derived from the address. */
  readonly id?: string;
  /** 1 basic, 2 licensed. Default 2. */
  readonly type?: 1 | 2;
}

export interface AccountOptions {
  readonly accountId: string;
  readonly clientId: string;
  /** Several while a secret is being replaced. */
  readonly clientSecrets: readonly string[];
  readonly hosts: readonly HostOptions[];
  /** Default: all scopes. */
  readonly scopes?: readonly string[];
}

export interface Host {
  readonly id: string;
  readonly email: string;
  readonly type: 1 | 2;
  readonly account: Account;
}

export interface Account {
  readonly accountId: string;
  readonly clientId: string;
  readonly clientSecrets: Set<string>;
  readonly hosts: Host[];
  scopes: readonly string[];
  /** When each access token ends. */
  readonly tokens: Map<string, number>;
}

/** The accounts and their access tokens. */
export class Accounts {
  readonly #all: Account[] = [];
  readonly #switches: Switches;

  constructor(options: readonly AccountOptions[], switches: Switches) {
    this.#switches = switches;
    for (const { clientSecrets, hosts, scopes = Object.values(SCOPES), ...rest } of options) {
      const account: Account = {
        ...rest,
        scopes,
        clientSecrets: new Set(clientSecrets),
        hosts: [],
        tokens: new Map(),
      };
      for (const { email, type = 2, id = Buffer.from(email).toString('base64url').slice(0, 22) } of hosts) {
        account.hosts.push({ id, email, type, account });
      }
      this.#all.push(account);
    }
  }

  get all(): readonly Account[] {
    return this.#all;
  }

  /** @throws Error if there is no such account */
  named(accountId = this.#all[0]?.accountId ?? ''): Account {
    const account = this.#all.find((each) => each.accountId === accountId);
    if (account) return account;
    throw new Error(
      `there is no account ${accountId}: use ${this.#all.map((each) => each.accountId).join(', ')}`,
    );
  }

  /** Answers `POST /oauth/token`. @throws Refusal */
  grant({ headers, text, query }: EmulatorRequest, now: number): object {
    const [, encoded = ''] = /^Basic (\S+)$/i.exec(headers.authorization ?? '') ?? [];
    const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(/:(.*)/s);
    const account = this.#all.find(
      ({ clientId, clientSecrets }) => clientId === id && clientSecrets.has(secret),
    );
    if (!account) throw noGrant('invalid_client', 'Invalid client_id or client_secret');
    const form = new URLSearchParams(text);
    const asked = form.has('grant_type') || this.#switches.grantInQuery === 'refuse' ? form : query;
    if (asked.get('grant_type') !== 'account_credentials') {
      throw noGrant('unsupported_grant_type', 'unsupported grant type');
    }
    if (asked.get('account_id') !== account.accountId) throw noGrant('invalid_request', 'Bad Request');
    if (this.#switches.tokens === 'single') account.tokens.clear();
    const token = `eyJ.${randomBytes(24).toString('base64url')}`;
    account.tokens.set(token, now + CHOICES.tokenLife);
    const expires_in = CHOICES.tokenLife / 1000;
    return { access_token: token, token_type: 'bearer', expires_in, scope: account.scopes.join(' ') };
  }

  /** @throws Refusal */
  admit(authorization: string | undefined, now: number): Account {
    const [, token = ''] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? [];
    const account = this.#all.find(({ tokens }) => tokens.has(token));
    if (!account) throw badToken();
    if ((account.tokens.get(token) ?? 0) <= now) throw badToken('Access token is expired.');
    return account;
  }

  /** @throws Refusal */
  allow({ scopes }: Account, action: keyof typeof SCOPES): void {
    if (!scopes.includes(SCOPES[action])) throw missingScope(SCOPES[action], this.#switches.missingScope);
  }

  /** Returns a host by id or address, in upper or lower case. @throws Refusal */
  host(account: Account, user: string): Host {
    const wanted = decodeURIComponent(user).toLowerCase();
    const is = ({ id, email }: Host) => id.toLowerCase() === wanted || email.toLowerCase() === wanted;
    const host = account.hosts.find(is);
    if (host) return host;
    if (this.#all.some(({ hosts }) => hosts.some(is))) throw foreignUser(account.accountId);
    throw noUser(user);
  }
}
