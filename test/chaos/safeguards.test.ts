import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SAFEGUARDS, switchedOff } from '../../chaos/safeguards/list.ts';

test.each(SAFEGUARDS)('$name can be switched off, to see which test goes red', (safeguard) => {
  const source = readFileSync(new URL(`../../${safeguard.file}`, import.meta.url), 'utf8');
  expect(switchedOff(source, safeguard)).not.toBe(source);
});
