import { type Finding, failed } from './finding.ts';

/**
 * How to restore a resource that was deleted or changed by hand. Deploying an unchanged template does
 * nothing, and `--force` compares only templates, not resources.
 */
export const RESTORE =
  'npx cdk deploy --revert-drift restores what the template says (a deploy alone changes nothing if the template is the same)';

/** The services' errors for a missing resource. */
const MISSING = [
  'AWS.SimpleQueueService.NonExistentQueue',
  'NotFound',
  'NotFoundException',
  'QueueDoesNotExist',
  'ResourceNotFound',
  'ResourceNotFoundException',
];

/** The services' errors for a call that the caller may not make. */
const DENIED = ['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'UnauthorizedOperation'];

export const isDenied = (error: unknown): boolean => DENIED.includes((error as Error).name);

export const isMissing = (error: unknown): boolean => MISSING.includes((error as Error).name);

/** Checks each resource separately: a missing one is a finding, and hides no other. */
export async function lookAtEach<T>(
  things: readonly T[],
  subjectOf: (thing: T) => string,
  look: (thing: T) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    things.map(async (thing) => {
      try {
        return await look(thing);
      } catch (error) {
        return [couldNotLook(subjectOf(thing), error as Error)];
      }
    }),
  );
  return findings.flat();
}

export function couldNotLook(subject: string, error: Error): Finding {
  if (isMissing(error)) return failed(subject, 'does not exist any more', RESTORE);
  const { name, message } = error;
  return failed(subject, `could not be looked at (${name}: ${message})`, adviceOn(error));
}

function adviceOn(error: Error): string {
  if (isDenied(error))
    return 'give the person who runs the doctor the permission: docs/security.md has the policies of a reader and of an operator';
  if (error.name === 'UnknownOperationException')
    return 'the endpoint does not know this call: the doctor checks a stack in AWS, so unset AWS_ENDPOINT_URL';
  return 'run the doctor again; if the error stays, it is of AWS or of the network on the way to it';
}
