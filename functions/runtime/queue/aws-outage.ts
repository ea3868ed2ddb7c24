/** The errors of AWS that a repetition does not change. */
const OF_THE_CALLER = new Set(['ValidationException', 'SerializationException', 'InvalidParameterValue']);

/** The errors of Node.js for a connection that failed or broke. */
const OF_THE_NETWORK = /^(?:E[A-Z]+|UND_ERR_\w+)$/;

/**
 * Whether an error says that AWS could not do now what it was asked: a service that is out, throttles, cannot be
 * reached, or does not permit the call. A permission or a key that is missing is put back by a person, and all that
 * waited for it is served.
 */
export function isOutageOfAws(error: Error): boolean {
  // the fields of Node.js and of the SDK, read as unknown
  const { name, code, $metadata } = error as Error & { code?: unknown; $metadata?: unknown };
  if (OF_THE_CALLER.has(name)) return false;
  if ($metadata !== undefined || name === 'TimeoutError' || name === 'AbortError') return true;
  return typeof code === 'string' && OF_THE_NETWORK.test(code);
}
