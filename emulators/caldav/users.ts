import { notAllowedIn } from './errors.ts';

export interface UserOptions {
  readonly name: string;
  /** The passwords for Basic. */
  readonly passwords?: readonly string[];
  /** The tokens for Bearer. */
  readonly tokens?: readonly string[];
}

interface User {
  readonly name: string;
  readonly passwords: Set<string>;
  readonly tokens: Set<string>;
}

/** The users and their credentials. */
export class Users {
  readonly #users: Map<string, User>;

  constructor(users: readonly UserOptions[]) {
    this.#users = new Map(
      users.map(({ name, passwords, tokens }) => [
        name,
        { name, passwords: new Set(passwords), tokens: new Set(tokens) },
      ]),
    );
  }

  /** @throws Error if there is no such user */
  named(name: string): User {
    const user = this.#users.get(name);
    if (!user) throw new Error(`there is no user ${name}`);
    return user;
  }

  /** @throws Refusal */
  admit(authorization = ''): User {
    const [scheme = '', credential = ''] = authorization.split(/ (.*)/s);
    const user =
      scheme.toLowerCase() === 'basic' ? this.#byPassword(credential) : this.#byToken(scheme, credential);
    if (!user) throw notAllowedIn();
    return user;
  }

  #byPassword(credential: string): User | undefined {
    const [name = '', password = ''] = Buffer.from(credential, 'base64').toString('utf8').split(/:(.*)/s);
    const user = this.#users.get(name);
    return user?.passwords.has(password) ? user : undefined;
  }

  #byToken(scheme: string, credential: string): User | undefined {
    if (scheme.toLowerCase() !== 'bearer') return undefined;
    return [...this.#users.values()].find(({ tokens }) => tokens.has(credential));
  }
}
