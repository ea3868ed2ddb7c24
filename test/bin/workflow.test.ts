import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const workflow = readFileSync(`${PROJECT}.github/workflows/release.yml`, 'utf8');
const { scripts } = JSON.parse(readFileSync(`${PROJECT}package.json`, 'utf8'));

test('the release workflow tests before it packs, and packs before it attests and publishes', () => {
  const steps = ['.ci/run', 'npm run release -- pack', 'attest-build-provenance', 'gh release create'];
  const places = steps.map((step) => workflow.indexOf(step));
  expect(places.every((place) => place > 0)).toBe(true);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test('the release workflow runs only what is there', () => {
  const named = [...workflow.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
  expect(existsSync(`${PROJECT}.ci/run`)).toBe(true);
});

test('the release workflow has no rights but those that it names', () => {
  expect(workflow).toMatch(/^permissions: \{\}$/m);
  expect(workflow).toContain('id-token: write');
});
