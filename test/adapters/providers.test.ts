import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { providersDocument } from '../../bin/providers-document.ts';
import { FIELDS } from '../../functions/adapters/provider/fields.ts';
import { PROVIDERS, roomProvider } from '../../functions/adapters/providers.ts';
import { secretsManager } from '../../functions/adapters/secrets.ts';

const now = () => 0;
const noCalls = () => Promise.reject(new Error('no secret is read'));
const options = { now, secrets: secretsManager({ client: noCalls, now }) };
const meetingsApi = {
  provider: 'meetings-api',
  name: 'main',
  applicationId: 'a',
  secret: 's',
  baseUrl: 'https://meetings.example',
} as const;

describe('an entry of the pool', () => {
  test('is served by the adapter of the provider that it names', () => {
    expect(roomProvider(meetingsApi, options).capabilities).toBe(PROVIDERS['meetings-api'].capabilities);
    for (const provider of ['daily', 'whereby'] as const) {
      const made = roomProvider({ provider, name: 'main', secret: 's' }, options);
      expect(made.capabilities).toBe(PROVIDERS[provider].capabilities);
    }
  });

  test('that names no provider of ours is an error which names ours', () => {
    const entry = { ...meetingsApi, provider: 'telepathy' } as never;
    expect(() => roomProvider(entry, options)).toThrow(
      'application main names the provider telepathy: must be one of meetings-api, daily, whereby, zoom',
    );
  });
});

describe('docs/providers.md', () => {
  test('is what the mappings say', () => {
    const path = new URL('../../docs/providers.md', import.meta.url);
    expect(readFileSync(path, 'utf8'), 'npm run docs writes it anew').toBe(providersDocument());
  });

  test('has a line for every field and a column for every provider', () => {
    const lines = providersDocument().split('\n');
    for (const field of FIELDS) {
      const cells = lines.find((line) => line.startsWith(`| \`${field}\` |`))?.split(' | ');
      expect(cells).toHaveLength(1 + Object.keys(PROVIDERS).length);
    }
  });

  test('gives a reason wherever a field is not native', () => {
    for (const { fields } of Object.values(PROVIDERS)) {
      for (const { support, how, given } of Object.values(fields)) {
        if (support !== 'native' || given) expect(how).toBeTruthy();
      }
    }
  });
});
