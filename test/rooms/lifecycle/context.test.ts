import { expect, it } from 'vitest';
import { retryOnConflict } from '../../../functions/rooms/lifecycle/context.ts';
import { RoomChangedError } from '../../../functions/rooms/model/errors.ts';

it('an operation starts over where another worker wrote first, seven times and no more', async () => {
  const changed = new RoomChangedError('written by another worker');
  let attempts = 0;
  const beaten = (times: number) => async () => {
    attempts += 1;
    if (attempts <= times) throw changed;
    return 'done';
  };
  expect(await retryOnConflict(beaten(7))).toBe('done');
  attempts = 0;
  await expect(retryOnConflict(beaten(99))).rejects.toBe(changed);
  expect(attempts).toBe(8);
});

it('an operation that fails otherwise does not start over', async () => {
  let attempts = 0;
  const failing = async () => {
    attempts += 1;
    throw new TypeError('undefined is not a function');
  };
  await expect(retryOnConflict(failing)).rejects.toThrow(TypeError);
  expect(attempts).toBe(1);
});
