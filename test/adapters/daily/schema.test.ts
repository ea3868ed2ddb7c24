import { expect, test } from 'vitest';
import { startDaily } from '../../../emulators/daily/daily.ts';
import { daily } from '../../../functions/adapters/daily/provider.ts';
import type { Secrets } from '../../../functions/adapters/secrets.ts';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { roomToken } from '../../../functions/rooms/model/token.ts';
import { contract, type Exchange } from '../contracts/contract.ts';
import { loopback } from '../loopback.ts';

const KEY = 'a1b2c3d4'.repeat(8);
const NOW = Date.UTC(2030, 0, 1, 12);

const SETTINGS = {
  join_approval_level: 'explicit_approval',
  initial_join_options: { microphone_state: 'off' },
  available_features: { is_chat_available: false, is_captions_available: true },
  ui_settings: { language: 'pt-br' },
} as const;

const DEFAULTS = {
  join_approval_level: 'none',
  initial_join_options: { microphone_state: 'default' },
  available_features: {},
  ui_settings: { language: 'ca' },
} as const;

test('every request of the adapter and every answer of the emulator keeps the contract', async () => {
  const emulator = await startDaily({ domains: [{ domainName: 'team', apiKeys: [KEY] }], now: () => NOW });
  const exchanges: Exchange[] = [];
  const between = await loopback(async ({ method, path, query, body, headers }) => {
    const url = `${emulator.url}${path}?${query}`;
    const sent = { method, headers: { authorization: String(headers.authorization) } };
    const response = await fetch(url, body === undefined ? sent : { ...sent, body: JSON.stringify(body) });
    const answer: unknown = await response.json();
    const call = `${method} ${path.replace(/(\/rooms\/).+/, '$1{id}')}`;
    exchanges.push({ call, status: response.status, request: body, answer });
    return { status: response.status, body: answer };
  });
  const secrets: Secrets = { read: async () => KEY };
  const provider = daily({ name: 'main', secret: 'main', baseUrl: between.url }, { now: () => NOW, secrets });
  const order = (key: string, settings: object) => ({
    token: roomToken('abcde', key, 1),
    settings: { display_name: 'Weekly', ...settings },
    expiresAt: NOW + DAY,
  });
  const { id } = await provider.create(order('plain', {}));
  await provider.create(order('plain', SETTINGS));
  await provider.create(order('full', SETTINGS));
  for (const settings of [SETTINGS, DEFAULTS])
    await provider.change(id, { settings, expiresAt: NOW + 2 * DAY });
  for await (const page of provider.list()) expect(page).toHaveLength(2);
  await provider.find(roomToken('abcde', 'nobody', 1));
  await provider.hostUrl(id);
  await provider.retire(id);
  await provider.retire(id);
  await Promise.all([between.close(), emulator.close()]);
  expect(exchanges.flatMap(contract('daily'))).toEqual([]);
  expect(new Set(exchanges.map(({ call }) => call)).size).toBe(6);
});
