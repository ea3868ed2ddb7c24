import { expect, test } from 'vitest';
import { AmbiguousOutcomeError, RequestRefusedError } from '../../../functions/rooms/model/errors.ts';
import { forEachKey } from '../../../functions/runtime/queue/for-each-key.ts';

const pieces = (...keys: string[]) => keys.map((key, index) => ({ key, index }));

test('the pieces of one key are done one after the other, those of others meanwhile', async () => {
  const busy = new Set<string>();
  const done: number[] = [];
  let most = 0;
  await forEachKey(pieces('a', 'b', 'a', 'c', 'a', 'b'), async ({ key, index }) => {
    expect(busy).not.toContain(key);
    busy.add(key);
    most = Math.max(most, busy.size);
    await new Promise(setImmediate);
    busy.delete(key);
    done.push(index);
  });
  expect(done.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(most).toBe(3);
});

test('what is refused holds up nothing else, and does not bury what failed for now', async () => {
  const all = pieces('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  const done: string[] = [];
  const work =
    (failing: string) =>
    async ({ key }: { key: string }) => {
      if (key === failing) throw new AmbiguousOutcomeError('reset');
      if (key < 'g') throw new RequestRefusedError(`no ${key}`);
      done.push(key);
    };
  await expect(forEachKey(all, work('none'))).rejects.toThrow('no a');
  expect(done).toEqual(['g', 'h']);
  await expect(forEachKey(all, work('f'))).rejects.toThrow('reset');
});
