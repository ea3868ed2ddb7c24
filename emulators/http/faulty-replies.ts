import type { ServerResponse } from 'node:http';
import { breakOff } from './break-off.ts';
import type { DrawnFault } from './fault.ts';
import { type Reply, send, sendGarbled, sendTorn } from './replies.ts';

/** What the provider says with an error status that no rule of the API led to. */
export type Failure = (status: number, detail: string) => Reply;

/**
 * Sends the reply, or what the fault makes of it.
 *
 * @param reply absent where the fault struck before the call had its effect
 * @returns the status that went out, if one did
 */
export function deliver(
  response: ServerResponse,
  reply: Reply | undefined,
  fault: DrawnFault | undefined,
  failure: Failure,
  now: number,
): number | undefined {
  if (fault?.fault === 'hang') return undefined;
  if (fault?.fault === 'reset') {
    breakOff(response.socket);
    return undefined;
  }
  const outgoing =
    fault?.fault === 'status' || fault?.fault === 'throttle' ? faulty(fault, failure, now) : reply;
  if (!outgoing) throw new Error('a call without a fault has a reply');
  if (fault?.fault === 'torn-body') sendTorn(response, outgoing, now);
  else if (fault?.fault === 'garbled-body') sendGarbled(response, outgoing, now);
  else send(response, outgoing, now);
  return outgoing.status;
}

function faulty(fault: DrawnFault, failure: Failure, now: number): Reply {
  const throttled = fault.fault === 'throttle';
  const reply = failure(fault.status ?? (throttled ? 429 : 500), 'a fault that was asked for');
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
  // an HTTP date knows no milliseconds: rounded up, or the caller would come back too early
  const until = Math.ceil((now + seconds * 1000) / 1000) * 1000;
  return { 'retry-after': new Date(until).toUTCString() };
}
