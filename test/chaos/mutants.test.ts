import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { EQUIVALENT } from '../../chaos/mutants/equivalent.ts';
import { testFiles } from '../../chaos/mutants/runner.ts';
import * as standIn from '../../chaos/mutants/vitest.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Examines `roomToken` with the tests of one file alone. */
function examined(tests: string): Promise<{ code: number; said: string }> {
  const source = readFileSync(`${PROJECT}functions/rooms/model/token.ts`, 'utf8').split('\n');
  const line = source.findIndex((text) => text.includes('return token?.startsWith(')) + 1;
  const place = `functions/rooms/model/token.ts:${line}-${line}`;
  return new Promise((ended) => {
    execFile(
      process.execPath,
      ['chaos/mutants/main.ts', place],
      {
        cwd: PROJECT,
        env: {
          ...process.env,
          MUTANTS_TESTS: tests,
          MUTANTS_REPORTS: mkdtempSync(join(tmpdir(), 'mutants-')),
        },
      },
      (error, stdout, stderr) => ended({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });
}

test('a change of the code is noticed by the tests of what it changes', async () => {
  const { code, said } = await examined('test/rooms/model/token.test.ts');
  expect(said).toMatch(/100\.0 % of those that can be noticed/);
  expect(code).toBe(0);
});

test('one that no test notices is shown, and is a failure', async () => {
  const { code, said } = await examined('test/rooms/lifecycle/gone.test.ts');
  expect(said).toContain('survives: ');
  expect(code).toBe(1);
});

test('all that the tests of the domain import of vitest is there where mutants are examined', () => {
  const lacking = testFiles().flatMap((file) => {
    const [, names = ''] =
      /import \{([^}]*)\} from 'vitest'/.exec(readFileSync(`${PROJECT}${file}`, 'utf8')) ?? [];
    const asked = names.split(',').map((name) => name.trim());
    return asked.filter((name) => !(name in standIn)).map((name) => `${name} in ${file}`);
  });
  expect(lacking).toEqual([]);
});

test.each(EQUIVALENT)('$before is still a line of $file', ({ file, before }) => {
  expect(readFileSync(`${PROJECT}${file}`, 'utf8')).toContain(before);
});
