import type { MiddlewareObj } from '@middy/core';
import { publishMetrics } from '../runtime/telemetry/metrics.ts';

/** Publishes the metrics when the invocation ends, even if it fails. */
export function metrics() {
  return { after: publishMetrics, onError: publishMetrics } satisfies MiddlewareObj;
}
