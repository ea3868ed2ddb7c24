import { describe, expect, it } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import {
  ApplicationFullError,
  ProviderRefusedError,
  UnauthorizedError,
} from '../../../functions/rooms/model/errors.ts';
import { placementOrder } from '../../../functions/rooms/model/placement.ts';
import { HOUR } from '../../../functions/rooms/model/time.ts';
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
    expect((await opened(full, full)).failure).toMatchObject({ code: 'pool_full', retryAfter: undefined });
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
