import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { startDailyBench } from '../daily/bench.ts';
import type { ProviderBench } from '../provider-contract.ts';
import { startWherebyBench } from '../whereby/bench.ts';
import { HOSTS, startZoomBench } from '../zoom/bench.ts';
import { contract } from './contract.ts';

/** What opens the account: the key itself, or an access token for it. */
async function tokenOf({ emulator, secrets }: ProviderBench & { emulator: object }): Promise<string> {
  const [secret = ''] = secrets();
  if (!('tokenUrl' in emulator)) return secret;
  const reply = await fetch(String(emulator.tokenUrl), {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`app:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'account_credentials', account_id: 'team' }),
  });
  return ((await reply.json()) as { access_token: string }).access_token;
}

/** Emulators that take fields they do not know, so that it is the contract that finds them. */
describe.each([
  ['Daily', startDailyBench, '/rooms', '/rooms', { name: 'x', properties: { exp: 1_900_000_000 } }],
  ['Whereby', startWherebyBench, '/meetings', '/meetings', { endDate: '2031-01-01T00:00:00.000Z' }],
  ['Zoom', startZoomBench, `/users/${HOSTS[0]}/meetings`, '/users/{id}', { topic: 'x', type: 3 }],
] as const)('the contract of %s', (_, start, route, name, body) => {
  let bench: ProviderBench & { emulator: { url: string } };
  let broken: string[];
  let authorization: string;

  beforeEach(async () => {
    bench = await start({ switches: { unknownFields: 'ignore' } });
    broken = [];
    authorization = `Bearer ${await tokenOf(bench)}`;
  });
  afterEach(() => bench.close());

  const hold = () =>
    bench.emulator.tap((exchange) => void broken.push(...contract(bench.contract)(exchange)));

  const post = (sent: object, headers = { 'content-type': 'application/json' }) =>
    fetch(`${bench.emulator.url}${route}`, {
      method: 'POST',
      headers: { authorization, ...headers },
      body: JSON.stringify(sent),
    });

  test('has nothing against what keeps it', async () => {
    hold();
    expect((await post(body)).ok).toBe(true);
    expect(broken).toEqual([]);
  });

  test('tells a call that breaks it, though the emulator takes it', async () => {
    hold();
    expect((await post({ ...body, title: 'Weekly' })).ok).toBe(true);
    expect(broken).toEqual([`POST ${name}: must NOT have additional properties title`]);
  });

  test('tells a query that breaks it, and a body that is not called JSON', async () => {
    hold();
    await fetch(`${bench.emulator.url}${route}?per_page=20`, { headers: { authorization } });
    expect(broken).toEqual([`GET ${name}?: must NOT have additional properties per_page`]);
    await post(body, { 'content-type': 'text/plain' });
    expect(broken).toHaveLength(2);
  });

  test('tells an answer that breaks it, though the adapter reads it', async () => {
    bench.emulator.tap(
      ({ sent }) => sent && { ...sent, body: { ...(sent.body as object), title: 'Weekly' } },
    );
    hold();
    await bench.provider.create({
      token: `er${'a'.repeat(30)}`,
      settings: { display_name: 'Weekly' },
      expiresAt: bench.now() + DAY,
    });
    expect(broken).toContainEqual(expect.stringMatching(`POST ${name}: must NOT have additional`));
    for (const fault of broken) expect(fault).toMatch(/must NOT have additional properties title/);
  });

  test('tells a success with another status than it has', async () => {
    bench.emulator.tap(({ sent }) => sent && { ...sent, status: 202 });
    hold();
    await post(body);
    expect(broken).toEqual([`the contract has no 202 POST ${name}`]);
  });
});
