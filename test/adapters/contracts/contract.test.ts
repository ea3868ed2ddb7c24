import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { startDailyBench } from '../daily/bench.ts';
import type { ProviderBench } from '../provider-contract.ts';
import { startWherebyBench } from '../whereby/bench.ts';
import { contract } from './contract.ts';

/** Emulators that take fields they do not know, so that it is the contract that finds them. */
describe.each([
  ['Daily', startDailyBench, '/rooms', { name: 'x', properties: { exp: 1_900_000_000 } }],
  ['Whereby', startWherebyBench, '/meetings', { endDate: '2031-01-01T00:00:00.000Z' }],
] as const)('the contract of %s', (_, start, route, body) => {
  let bench: ProviderBench & { emulator: { url: string } };
  let broken: string[];

  beforeEach(async () => {
    bench = await start({ switches: { unknownFields: 'ignore' } });
    broken = [];
  });
  afterEach(() => bench.close());

  const hold = () =>
    bench.emulator.tap((exchange) => void broken.push(...contract(bench.contract)(exchange)));

  const post = (sent: object, headers = { 'content-type': 'application/json' }) =>
    fetch(`${bench.emulator.url}${route}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bench.secrets()[0]}`, ...headers },
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
    expect(broken).toEqual([`POST ${route}: must NOT have additional properties title`]);
  });

  test('tells a query that breaks it, and a body that is not called JSON', async () => {
    hold();
    const [authorization, query] = [`Bearer ${bench.secrets()[0]}`, '?page_size=20'];
    await fetch(`${bench.emulator.url}${route}${query}`, { headers: { authorization } });
    expect(broken).toEqual([`GET ${route}?: must NOT have additional properties page_size`]);
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
    expect(broken.length).toBeGreaterThan(0);
    expect(new Set(broken)).toEqual(new Set([expect.stringMatching(/POST .+ must NOT have additional/)]));
  });

  test('tells a success with another status than it has', async () => {
    bench.emulator.tap(({ sent }) => sent && { ...sent, status: 202 });
    hold();
    await post(body);
    expect(broken).toEqual([`the contract has no 202 POST ${route}`]);
  });
});
