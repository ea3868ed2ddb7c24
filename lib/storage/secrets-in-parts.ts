import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { arnLength } from './empty-secret.ts';

/** The length limit of a text that names secrets. */
export interface TextLimit {
  /** Characters in total. */
  readonly room: number;
  /** Characters for each secret besides its ARN. */
  readonly around: number;
}

/** Divides secrets into parts, so that the ARNs of each part fit into a text that AWS limits. */
export function secretsInParts(
  secrets: Iterable<readonly [name: string, secret: ISecret]>,
  { room, around }: TextLimit,
): ISecret[][] {
  const parts: ISecret[][] = [];
  let left = 0;
  for (const [name, secret] of secrets) {
    const needed = around + Math.max(arnLength(name), secret.secretArn.length);
    if (needed > left) {
      parts.push([]);
      left = room;
    }
    parts.at(-1)?.push(secret);
    left -= needed;
  }
  return parts;
}
