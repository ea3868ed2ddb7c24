import { AwsCallError } from '../../adapters/aws/call.ts';

/** The errors of AWS that stay the same when the call is repeated. */
const OF_THE_CALLER = new Set(['ValidationException', 'SerializationException', 'InvalidParameterValue']);

/** The errors of Node.js for a connection that failed or broke. */
const OF_THE_NETWORK = /^(?:E[A-Z]+|UND_ERR_\w+)$/;

/**
 * Whether an error says that AWS cannot do the call now: a service that is down, throttles, cannot be
 * reached, or denies the call. A person restores a missing permission or key, and then everything that waited
 * for it is served.
 */
export function isOutageOfAws(error: Error): boolean {
  // the fields of Node.js and of the SDK, read as unknown
  const { name, code, $metadata } = error as Error & { code?: unknown; $metadata?: unknown };
  if (OF_THE_CALLER.has(name)) return false;
  if (error instanceof AwsCallError) return true;
  if ($metadata !== undefined || name === 'TimeoutError' || name === 'AbortError') return true;
  return typeof code === 'string' && OF_THE_NETWORK.test(code);
}
