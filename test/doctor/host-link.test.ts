import { expect, test } from 'vitest';
import { assertMayShow } from '../../doctor/host-link.ts';

test('a host link is shown to a terminal, or to whoever says that they know what they do', () => {
  expect(() => assertMayShow(true, false)).not.toThrow();
  expect(() => assertMayShow(false, true)).not.toThrow();
  expect(() => assertMayShow(false, false)).toThrow(/a host link is a credential.*--yes/);
});
