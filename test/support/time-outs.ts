/**
 * Ends the time-outs of calls at an event. On a slow machine, a time-out in real time can end before the server has
 * received the call.
 */
export async function timingOutAt<T>(event: Promise<unknown>, work: () => Promise<T>): Promise<T> {
  const { timeout } = AbortSignal;
  const over = new AbortController();
  AbortSignal.timeout = () => over.signal;
  void event.then(() => over.abort(new DOMException('the event has come', 'TimeoutError')));
  try {
    return await work();
  } finally {
    AbortSignal.timeout = timeout;
  }
}

/** A time-out for calls that are always answered, however slow the machine is. */
export const PATIENT = 600_000;
