import { describe, expect, it } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import {
  ApplicationFullError,
  ProviderRefusedError,
  UnauthorizedError,
} from '../../../functions/rooms/model/errors.ts';
import { placementOrder } from '../../../functions/rooms/model/placement.ts';
import { shortestRenewableLife } from '../../../functions/rooms/model/renewal.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/rooms/model/time.ts';
import { withProvider } from '../../support/faulty.ts';
import { aSpec } from '../../support/rooms.ts';
import { aRequest, makeWorld } from '../../support/world.ts';

/** What each application answers to a create, in the order in which the key asks them; `undefined` makes the room. */
async function opened(...answers: readonly (Error | undefined)[]) {
  return openedIn(
    answers.map((_, index) => `one-${index}`),
    answers,
  );
}

async function openedIn(applications: readonly string[], answers: readonly (Error | undefined)[]) {
  const world = makeWorld({ applications });
  const order = placementOrder('weekly', applications);
  const asked: string[] = [];
  const noticed: string[] = [];
  for (const [name, provider] of Object.entries(world.providers)) {
    const { create } = provider;
    provider.create = async (room) => {
      asked.push(name);
      const error = answers[order.indexOf(name)];
      if (error) throw error;
      return create(room);
    };
  }
  const context = { ...world.context, notice: (notice: string) => void noticed.push(notice) };
  const failure = await ensureRoom(aRequest(), context).then(
    () => undefined,
    (error: Error) => error,
  );
  return { row: world.row('weekly'), asked: asked.map((name) => order.indexOf(name)), noticed, failure };
}

const locked = new UnauthorizedError('403, lacks the capability');
const refusing = new ProviderRefusedError('400, no more');
const full = new ApplicationFullError('full');

describe('an application that is full', () => {
  it('is passed over without a word, since that is what a pool is for', async () => {
    const { row, asked, noticed } = await opened(full, undefined);
    expect(row.state).toBe('active');
    expect([asked, noticed]).toEqual([[0, 1], []]);
  });
});

describe('applications that have all made the rooms of their day', () => {
  const spent = (retryAfter: number) => new ApplicationFullError('spent', { retryAfter });

  it('say when the first of them makes rooms again, and the request waits for that', async () => {
    const { failure } = await opened(spent(3 * HOUR), full, spent(2 * HOUR));
    expect(failure).toMatchObject({ code: 'pool_full', retryAfter: 2 * HOUR });
    expect(failure?.message).toMatch(
      / are full \(one-\d, one-\d, one-\d\), so it waits in its queue until 2027-03-01T14:00:00\.000Z: add an application, or cancel rooms that are not needed$/,
    );
    const { failure: other } = await opened(full, full);
    expect(other).toMatchObject({ code: 'pool_full', retryAfter: undefined });
    expect(other?.message).toContain('so it waits in its queue: add an application');
  });
});

describe('an application that lets nobody in', () => {
  it('is passed over, once, and somebody hears of it', async () => {
    const { row, asked, noticed } = await opened(locked, undefined, undefined);
    expect(row).toMatchObject({ state: 'active', generation: 1, claim: undefined });
    expect([asked, noticed]).toEqual([[0, 1], ['passed-over']]);
  });

  it('is the reason, and not that the others are full', async () => {
    const { failure, asked, noticed } = await opened(full, locked, full);
    expect(failure).toBe(locked);
    expect([asked, noticed]).toEqual([[0, 1, 2], []]);
  });
});

describe('an application that refuses the room for a reason that may be its own', () => {
  it('is passed over for one more account, and somebody hears of it', async () => {
    const { row, asked, noticed } = await opened(refusing, undefined, undefined);
    expect(row).toMatchObject({ state: 'active', generation: 1, claim: undefined });
    expect([asked, noticed]).toEqual([[0, 1], ['passed-over']]);
  });

  it('is believed where another account says the same: no third is asked', async () => {
    const { row, failure, asked, noticed } = await opened(
      refusing,
      new ProviderRefusedError('400 too'),
      undefined,
    );
    expect(failure).toBe(refusing);
    expect(row).toMatchObject({ state: 'rejected', claim: undefined, lastError: '400, no more' });
    expect([asked, noticed]).toEqual([[0, 1], []]);
  });

  it('is believed where it has no other account, whatever other providers would take', async () => {
    const { failure, asked } = await openedIn(['one-0', 'other-0'], [refusing, refusing]);
    expect(failure).toBe(refusing);
    expect(asked).toEqual([0]);
  });
});

describe('a room that lives shorter than it was asked for', () => {
  const LATEST = 7 * DAY;

  /** Asks for a room of this life of a provider that gives so much of it. */
  async function shortened(life: number, given: number, more: { mode?: 'none'; longestGap?: number } = {}) {
    const { mode = 'recreate', longestGap = 25 * HOUR } = more;
    const world = makeWorld();
    const context = withProvider(world, (provider) => ({
      create: async (order) => ({ ...(await provider.create(order)), expiresAt: world.clock.now + given }),
    }));
    const request = aRequest({ spec: aSpec({ lifetime: life, renewal: { mode } }) });
    const renewal = { renewBefore: LATEST, longestGap };
    return ensureRoom(request, { ...context, renewal }).then(
      ({ outcome }) => outcome,
      (error: Error) => error.message,
    );
  }

  it('is refused where it would be due as it is made, since each of its successors would be', async () => {
    expect(await shortened(90 * DAY, LATEST)).toMatch(
      /^the provider opened room weekly until 2027-03-08T12:00:00\.000Z where 2027-05-30T12:00:00\.000Z was asked for: it would be due for renewal immediately, so it is retired;/,
    );
    expect(await shortened(90 * DAY, LATEST + 1)).toBe('created');
  });

  it('is measured by the window of the life that was asked for', async () => {
    expect(await shortened(80 * HOUR, 52 * HOUR)).toBe('created');
    expect(await shortened(80 * HOUR, 50 * HOUR)).toMatch(/due for renewal immediately/);
  });

  it('is taken where the difference may come of clocks and rounding', async () => {
    const longestGap = MINUTE;
    const life = shortestRenewableLife({ renewBefore: LATEST, longestGap });
    expect(await shortened(life, life - 5 * MINUTE, { longestGap })).toBe('created');
    expect(await shortened(life, life - 5 * MINUTE - 1, { longestGap })).toMatch(
      /due for renewal immediately/,
    );
  });

  it('is taken where nobody wants it renewed', async () => {
    expect(await shortened(90 * DAY, HOUR, { mode: 'none' })).toBe('created');
  });
});
