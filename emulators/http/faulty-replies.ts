import type { ServerResponse } from 'node:http';
import { breakOff } from './break-off.ts';
import type { DrawnFault, FaultKind } from './fault.ts';
import { type Reply, send, sendGarbled, sendTorn } from './replies.ts';

/**
 * Returns the provider's reply for an error status that a fault caused.
 *
 * @param wait milliseconds that a throttled caller must wait
 */
export type Failure = (status: number, detail: string, wait: number) => Reply;

/**
 * Returns what is sent: the reply, or the fault's replacement for it.
 *
 * @param reply absent if the fault came before the effect of the call
 * @returns undefined if the caller gets no reply
 */
export function outgoing(
  reply: Reply | undefined,
  fault: DrawnFault | undefined,
  failure: Failure,
  now: number,
): Reply | undefined {
  if (fault?.fault === 'hang' || fault?.fault === 'reset') return undefined;
  if (fault?.fault === 'status' || fault?.fault === 'throttle') return faulty(fault, failure, now);
  if (!reply) throw new Error('a call without a fault has a reply');
  return reply;
}

/** Sends the result in the way of the fault. */
export function deliver(
  response: ServerResponse,
  reply: Reply | undefined,
  fault: FaultKind | undefined,
  now: number,
): void {
  if (fault === 'reset') breakOff(response.socket);
  if (!reply) return;
  if (fault === 'torn-body') sendTorn(response, reply, now);
  else if (fault === 'garbled-body') sendGarbled(response, reply, now);
  else send(response, reply, now);
}

function faulty(fault: DrawnFault, failure: Failure, now: number): Reply {
  const throttled = fault.fault === 'throttle';
  const { status = throttled ? 429 : 500, retryAfter: seconds = 1 } = fault;
  const reply = failure(status, 'a fault that was asked for', seconds * 1000);
  return {
    ...reply,
    ...('body' in fault && { body: fault.body }),
    headers: { ...reply.headers, ...(throttled && retryAfter(fault, now)), ...fault.headers },
  };
}

function retryAfter(
  { retryAfter: seconds = 1, retryAfterForm }: DrawnFault,
  now: number,
): Record<string, string> {
  if (retryAfterForm === 'seconds') return { 'retry-after': String(seconds) };
  // an HTTP date has no milliseconds: rounded up, so that the caller does not come back too early
  const until = Math.ceil((now + seconds * 1000) / 1000) * 1000;
  return { 'retry-after': new Date(until).toUTCString() };
}
