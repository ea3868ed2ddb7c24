import { SlidingWindows } from '../http/windows.ts';
import type { Account, Host } from './accounts.ts';
import { CHOICES, type Switches } from './choices.ts';
import { tooMany } from './errors.ts';

export type Category = keyof typeof CHOICES.perSecond;

const DAY = 86_400_000;

/** The calls of an account per second, by their weight, and the changes of a host per UTC day. */
export class Limits {
  readonly #seconds = {
    Light: new SlidingWindows({ calls: CHOICES.perSecond.Light, within: 1000 }),
    Medium: new SlidingWindows({ calls: CHOICES.perSecond.Medium, within: 1000 }),
  };
  readonly #days = new Map<string, { day: number; changes: number }>();
  readonly #switches: Switches;
  readonly #changesPerDay: number;

  constructor(switches: Switches, changesPerDay: number) {
    this.#switches = switches;
    this.#changesPerDay = changesPerDay;
  }

  /** @throws Refusal */
  takeCall({ accountId }: Account, category: Category, now: number): void {
    const wait = this.#seconds[category].take(accountId, now);
    if (wait === 0) return;
    throw tooMany(
      'You have reached the maximum per-second rate limit for this API. Try again later.',
      this.#headers(category, 'QPS', CHOICES.perSecond[category], now + wait),
    );
  }

  /** Returns how many creations and changes a host has made today. */
  changesOf({ id }: Host, now: number): number {
    const today = this.#days.get(id);
    return today?.day === Math.floor(now / DAY) ? today.changes : 0;
  }

  /** @throws Refusal if a host has reached its daily limit */
  assertChange(host: Host, now: number): void {
    if (this.changesOf(host, now) < this.#changesPerDay) return;
    const midnight = (Math.floor(now / DAY) + 1) * DAY;
    throw tooMany(
      `You have exceeded the daily rate limit (${this.#changesPerDay}) of Meeting Create/Update API requests permitted ` +
        'for this particular user. You may resume these requests at GMT 00:00:00.',
      this.#headers('Light', 'Daily-limit', this.#changesPerDay, midnight),
    );
  }

  countChange(host: Host, now: number): void {
    this.#days.set(host.id, { day: Math.floor(now / DAY), changes: this.changesOf(host, now) + 1 });
  }

  #headers(category: Category, type: string, limit: number, resetsAt: number): Record<string, string> {
    const { rateHeaders } = this.#switches;
    if (rateHeaders === 'none') return {};
    if (rateHeaders === 'category') return { 'x-ratelimit-category': category };
    return {
      'x-ratelimit-category': category,
      'x-ratelimit-type': type,
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Math.ceil(resetsAt / 1000)),
      // a date and time, and only if the daily limit is reached
      ...(type === 'Daily-limit' && { 'retry-after': new Date(resetsAt).toISOString().replace('.000', '') }),
    };
  }
}
