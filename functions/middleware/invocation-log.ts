import type { MiddlewareObj } from '@middy/core';
import { beginInvocation } from '../runtime/telemetry/log.ts';

/** Adds the invocation's id, and that the start was cold, to every line of the log. */
export function invocationLog() {
  return { before: ({ context }) => beginInvocation(context) } satisfies MiddlewareObj;
}
