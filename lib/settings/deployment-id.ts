import { createHash } from 'node:crypto';
import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const FORM = /^[a-z2-7]{5}$/;

/**
 * Five characters that every room of a deployment carries at the provider, so that deployments which share an
 * account there leave each other's rooms alone. They come from the place of the construct in its app, from the name of
 * its stack, and from account and region where the stack names them.
 */
export function deploymentId(scope: Construct, chosen?: string): string {
  if (chosen === undefined) return derive(scope);
  if (FORM.test(chosen)) return chosen;
  throw new Error(`deployment is '${chosen}', and must be five characters of a-z and 2-7, as in 'k3x7q'`);
}

function derive(scope: Construct): string {
  const { stackName, account, region } = Stack.of(scope);
  const place = [scope.node.addr, stackName, account, region].filter((part) => !Token.isUnresolved(part));
  const digest = createHash('sha256').update(place.join(' ')).digest();
  return Array.from(digest.subarray(0, 5), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
