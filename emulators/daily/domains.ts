import { randomUUID } from 'node:crypto';
import type { Random } from '../http/random.ts';
import type { Switches } from './choices.ts';
import { badHeader, unauthenticated } from './errors.ts';
import { Rooms } from './rooms.ts';

export interface DomainOptions {
  /** The subdomain of `daily.co`. */
  readonly domainName: string;
  /** Default: a generated UUID. */
  readonly domainId?: string;
  /** Several while a key rotates. */
  readonly apiKeys: readonly string[];
}

export interface Domain {
  readonly domainName: string;
  readonly domainId: string;
  readonly apiKeys: Set<string>;
  readonly rooms: Rooms;
}

/** The accounts and their API keys. */
export class Domains {
  readonly #byName = new Map<string, Domain>();

  constructor(options: readonly DomainOptions[], random: Random, switches: Switches) {
    for (const { domainName, domainId = randomUUID(), apiKeys } of options) {
      const rooms = new Rooms(random, switches);
      this.#byName.set(domainName, { domainName, domainId, apiKeys: new Set(apiKeys), rooms });
    }
  }

  all(): Domain[] {
    return [...this.#byName.values()];
  }

  /** @throws Error if there is no such domain */
  named(domainName: string): Domain {
    const domain = this.#byName.get(domainName);
    if (!domain)
      throw new Error(`there is no domain ${domainName}: use ${[...this.#byName.keys()].join(', ')}`);
    return domain;
  }

  /** @throws Refusal */
  admit(authorization: string | undefined): { domain: Domain; apiKey: string } {
    const [, apiKey] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? [];
    if (!apiKey) throw badHeader();
    const domain = this.all().find(({ apiKeys }) => apiKeys.has(apiKey));
    if (!domain) throw unauthenticated();
    return { domain, apiKey };
  }
}
