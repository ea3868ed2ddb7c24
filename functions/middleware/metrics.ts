import type { MiddlewareObj } from '@middy/core';
import { publishMetrics } from '../runtime/telemetry/metrics.ts';

/** Publishes what was counted when the invocation ends, also when it fails. */
export function metrics() {
  return { after: publishMetrics, onError: publishMetrics } satisfies MiddlewareObj;
}
