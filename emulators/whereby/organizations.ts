import type { Random } from '../http/random.ts';
import type { Switches } from './choices.ts';
import { Meetings } from './meetings.ts';
import { Points } from './points.ts';

export interface OrganizationOptions {
  /** The subdomain of `whereby.com`. */
  readonly subdomain: string;
  /** Several while a key rotates. */
  readonly apiKeys: readonly string[];
  /** 100 as in the plan Build, 1,000 as in Grow and Enterprise. Default 100. */
  readonly pointsPerMinute?: number;
  /** As set in the dashboard: there is no call for it. */
  readonly webhooks?: readonly WebhookOptions[];
}

export interface WebhookOptions {
  readonly url: string;
  readonly secret: string;
}

export interface Organization {
  readonly subdomain: string;
  /** Its name in a 429. */
  readonly throttleKey: string;
  readonly apiKeys: Set<string>;
  readonly points: Points;
  readonly meetings: Meetings;
  readonly webhooks: WebhookOptions[];
}

/** The accounts and their API keys. */
export class Organizations {
  readonly #all: readonly Organization[];

  constructor(options: readonly OrganizationOptions[], random: Random, switches: Switches) {
    this.#all = options.map(({ subdomain, apiKeys, pointsPerMinute = 100, webhooks = [] }, index) => ({
      subdomain,
      throttleKey: `organization:${index + 1}`,
      apiKeys: new Set(apiKeys),
      points: new Points(pointsPerMinute),
      meetings: new Meetings(subdomain, random, switches),
      webhooks: [...webhooks],
    }));
  }

  all(): readonly Organization[] {
    return this.#all;
  }

  /** @throws Error if there is no such organisation */
  named(subdomain: string): Organization {
    const found = this.#all.find((each) => each.subdomain === subdomain);
    if (found) return found;
    throw new Error(
      `there is no organisation ${subdomain}: use ${this.#all.map((each) => each.subdomain).join(', ')}`,
    );
  }

  byKey(authorization: string | undefined): Organization | undefined {
    const [, apiKey = ''] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? [];
    return this.#all.find(({ apiKeys }) => apiKeys.has(apiKey));
  }
}
