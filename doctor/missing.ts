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
  return failed(
    subject,
    `could not be looked at (${name}: ${message})`,
    'give the person who runs the doctor the permission: docs/security.md has the policies of a reader and of an operator',
  );
}
