import middy from '@middy/core';
import { beforeAll, expect, it, vi } from 'vitest';
import { invocationLog } from '../../functions/middleware/invocation-log.ts';
import { metrics } from '../../functions/middleware/metrics.ts';
import { log } from '../../functions/runtime/telemetry/log.ts';
import { count } from '../../functions/runtime/telemetry/metrics.ts';
import { aContext } from '../support/inbox.ts';
import { catchOutput } from '../support/output.ts';

beforeAll(() => {
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'EvergreenRooms');
});

it('every line of the log tells of its invocation', async () => {
  const output = catchOutput();
  const handler = middy()
    .use(invocationLog())
    .handler(async () => log.info('done'));
  for (const awsRequestId of ['first', 'second']) await handler({}, { ...aContext(), awsRequestId });
  expect(output.logged('INFO')).toMatchObject([
    { message: 'done', function_request_id: 'first', cold_start: true },
    { message: 'done', function_request_id: 'second' },
  ]);
});

it.each([
  ['ends', async () => {}],
  ['fails', () => Promise.reject(new Error('no'))],
])('what was counted is published when an invocation %s', async (_, end) => {
  const output = catchOutput();
  const handler = middy()
    .use(metrics())
    .handler(async () => {
      count('RoomsCreated');
      await end();
    });
  await handler({}, aContext()).catch(() => {});
  expect(output.counted('RoomsCreated')).toBe(1);
});
