import { beforeEach, expect, it, vi } from 'vitest';
import { count, countBy, countFor, publishMetrics } from '../../../functions/runtime/telemetry/metrics.ts';
import { catchOutput } from '../../support/output.ts';

beforeEach(() => {
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'EvergreenRooms/k3x7q');
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'create-rooms');
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  return () => vi.useRealTimers();
});

function published(): Record<string, unknown>[] {
  const output = catchOutput();
  publishMetrics();
  return output.lines.map((line) => JSON.parse(line));
}

it('is a record that CloudWatch reads: namespace, dimensions, unit and figure', () => {
  count('RoomsCreated');
  expect(published()).toEqual([
    {
      _aws: {
        Timestamp: 1_800_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'EvergreenRooms/k3x7q',
            Dimensions: [['service']],
            Metrics: [{ Name: 'RoomsCreated', Unit: 'Count' }],
          },
        ],
      },
      service: 'create-rooms',
      RoomsCreated: 1,
    },
  ]);
});

it('is one record for each set of dimensions, with every figure that was counted', () => {
  count('WorkFailed');
  countFor('main', { ProviderCalls: 1, ProviderLatency: 12 });
  countFor('main', { ProviderCalls: 1, ProviderLatency: 31 });
  countFor('spare', { ProviderCalls: 1 });
  countBy({ state: 'active' }, { Rooms: 7 });
  expect(published()).toMatchObject([
    { service: 'create-rooms', WorkFailed: 1 },
    { application: 'main', ProviderCalls: [1, 1], ProviderLatency: [12, 31] },
    { application: 'spare', ProviderCalls: 1 },
    { state: 'active', Rooms: 7 },
  ]);
});

it('is told once: what was published is not published again', () => {
  count('RoomsCreated');
  expect(published()).toHaveLength(1);
  expect(published()).toEqual([]);
});

it('is written in parts where there are more figures than CloudWatch takes of one metric', () => {
  const output = catchOutput();
  for (let call = 1; call <= 250; call += 1) countFor('main', { ProviderLatency: call });
  publishMetrics();
  const parts = output.lines.map((line) => JSON.parse(line).ProviderLatency as number[]);
  expect(parts.map((part) => part.length)).toEqual([100, 100, 50]);
  expect(parts.flat()).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
});
