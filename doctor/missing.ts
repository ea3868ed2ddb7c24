import { type Finding, failed } from './finding.ts';

/**
 * What brings back a thing that somebody deleted or changed by hand. A deployment of a template that has not changed
 * does nothing, and one with `--force` compares templates only, not what there is.
 */
export const RESTORE =
  'npx cdk deploy --revert-drift makes the stack what its template says (a deploy alone changes nothing where the template is the same)';

/** How services call what is not there. */
const MISSING = [
  'AWS.SimpleQueueService.NonExistentQueue',
  'NotFound',
  'NotFoundException',
  'QueueDoesNotExist',
  'ResourceNotFound',
  'ResourceNotFoundException',
];

export const isMissing = (error: unknown): boolean => MISSING.includes((error as Error).name);

/** Looks at each thing alone: one that is missing is a finding, and hides no other. */
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
    'let whoever runs the doctor look: docs/security.md has the policies of a reader and of an operator',
  );
}
