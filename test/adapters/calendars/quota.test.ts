import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../emulators/http/random.ts';
import { type Quota, quota, quotas, WRITERS } from '../../../functions/adapters/calendars/quota.ts';
import { ThrottledError } from '../../../functions/rooms/model/errors.ts';
import { MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';

const START = Date.parse('2027-01-15T10:00:00Z');
const GOOGLES = { limit: 600, window: MINUTE };

let now = START;

/** Returns how long a write must wait; 0: its turn is now. */
function waitOf(account: Quota, hasWaited: boolean): number {
  try {
    account.admit(hasWaited);
    return 0;
  } catch (error) {
    if (error instanceof ThrottledError) return error.retryAfter;
    throw error;
  }
}

const throttle = (retryAfter: number) => async () => {
  throw new ThrottledError('429', { retryAfter, ambiguous: false });
};

interface Message {
  at: number;
  receives: number;
}

/** Lets a queue give messages to the containers, as they become visible, until all are written. */
async function drain(count: number, limit = GOOGLES.limit) {
  now = START;
  const random = seededRandom(5);
  const containers = Array.from({ length: WRITERS }, () => quota('office', GOOGLES, () => now));
  const calls: number[] = [];
  const refused: number[] = [];
  const messages: Message[] = Array.from({ length: count }, () => ({ at: START, receives: 0 }));
  const waiting = [...messages];
  const served = async () => {
    const recent = calls.filter((at) => at > now - MINUTE).length;
    (recent < limit ? calls : refused).push(now);
    if (recent >= limit) await throttle(MINUTE)();
  };
  while (waiting.length > 0) {
    waiting.sort((one, other) => one.at - other.at);
    const message = waiting.shift() as Message;
    now = Math.max(now, message.at);
    message.receives += 1;
    const container = containers[Math.floor(random() * WRITERS)] as Quota;
    try {
      container.admit(message.receives > 1);
      for (let call = 0; call < 2; call += 1) await container.spend(served);
    } catch (error) {
      if (!(error instanceof ThrottledError)) throw error;
      // SQS counts whole seconds
      message.at = now + Math.ceil(error.retryAfter / SECOND) * SECOND;
      waiting.push(message);
    }
  }
  return { calls, refused, minutes: (now - START) / MINUTE, receives: messages.map((each) => each.receives) };
}

describe('the quota of an account', () => {
  test('serves many events at nine tenths of it: none is refused, and none comes back more than once', async () => {
    const { refused, minutes, receives } = await drain(1500);
    expect(refused).toEqual([]);
    expect(Math.max(...receives)).toBe(2);
    // 540 calls a minute, the first of them at once
    expect(minutes).toBe(5);
  });

  test('is met by what is under way, and then by nobody until it is free again', async () => {
    const { refused, calls, minutes } = await drain(300, 100);
    expect(calls).toHaveLength(600);
    expect(refused.length).toBeLessThanOrEqual(WRITERS * Math.ceil(minutes + 1));
    expect(minutes).toBeLessThan(8);
  });

  test('lets few events pass at once', () => {
    const account = quota('office', GOOGLES, () => START);
    expect(Array.from({ length: 135 }, () => waitOf(account, false)).every((wait) => wait === 0)).toBe(true);
    expect(waitOf(account, false)).toBe(MINUTE);
    expect(waitOf(account, true)).toBe(0);
  });

  test('a throttled call stops all calls of its account for the time that it names, and no other account', async () => {
    now = START;
    const account = quotas('office', GOOGLES, () => now);
    await expect(account('anna').spend(throttle(7 * SECOND))).rejects.toMatchObject({ code: 'throttled' });
    now += 5 * SECOND;
    let sent = 0;
    const call = async () => {
      sent += 1;
    };
    await expect(account('anna').spend(call)).rejects.toMatchObject({ retryAfter: 2 * SECOND });
    expect([waitOf(account('anna'), true), waitOf(account('bob'), true)]).toEqual([2 * SECOND, 0]);
    await account('bob').spend(call);
    expect(sent).toBe(1);
    now += 2 * SECOND;
    await account('anna').spend(call);
    expect(sent).toBe(2);
  });
});
