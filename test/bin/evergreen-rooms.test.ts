import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { synthesise } from '../../local/stack/synthesise.ts';
import { synthesiseHere } from '../support/synthesise.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** The tag by which a deployment is known, and where the stack is to go. */
async function deploymentIn(
  account: string,
  region: string,
  synthesised = synthesiseHere,
): Promise<{ id: string; environment: string }> {
  vi.stubEnv('CDK_DEFAULT_ACCOUNT', account);
  vi.stubEnv('CDK_DEFAULT_REGION', region);
  const out = mkdtempSync(join(tmpdir(), 'app-'));
  try {
    await synthesised(PROJECT, out);
    const read = (file: string) => readFileSync(join(out, file), 'utf8');
    const [, id = ''] = /EvergreenRooms\/([a-z2-7]{5})"/.exec(read('EvergreenRooms-dev.template.json')) ?? [];
    return { id, environment: JSON.parse(read('manifest.json')).artifacts['EvergreenRooms-dev'].environment };
  } finally {
    rmSync(out, { recursive: true });
  }
}

afterEach(() => vi.unstubAllEnvs());

describe('the app', () => {
  test('makes another deployment in another account or region, which share an account at a provider', async () => {
    const made = [
      await deploymentIn('111111111111', 'eu-central-1', synthesise),
      await deploymentIn('111111111111', 'us-east-1'),
      await deploymentIn('222222222222', 'us-east-1'),
    ];
    expect(made.map(({ environment }) => environment)).toEqual([
      'aws://111111111111/eu-central-1',
      'aws://111111111111/us-east-1',
      'aws://222222222222/us-east-1',
    ]);
    expect(new Set(made.map(({ id }) => id)).size).toBe(3);
  });

  test('says what is wrong with a setting, and nothing else', async () => {
    const out = mkdtempSync(join(tmpdir(), 'app-'));
    await expect(synthesise(PROJECT, out, { stage: 'typo' })).rejects.toThrow(
      /^the stack could not be synthesised by .*:\nsetting stage is "typo", and must be dev or prod; [^\n]*$/,
    );
    rmSync(out, { recursive: true });
  });
});
