import { createHash } from 'node:crypto';
import { Aws, Fn, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const FORM = /^[a-z2-7]{5}$/;

/**
 * Five characters that name a deployment in events, metrics and tags. A room at the provider carries them where they were
 * chosen; else it carries a digest of the deployment's origin. They come from the place of the construct in its app, from the name of
 * its stack, and from account and region where the stack names them.
 */
export function deploymentId(scope: Construct, chosen?: string): string {
  if (chosen === undefined) return derive(scope);
  if (FORM.test(chosen)) return chosen;
  throw new Error(`deployment is '${chosen}', and must be five characters of a-z and 2-7, as in 'k3x7q'`);
}

/**
 * A text that is unique to this deployment, for every account and region, and that stays for the life of the stack. It
 * consists of the id that CloudFormation gave the stack and the path of the construct. So deployments that share an
 * account at a provider ignore each other's rooms.
 */
export function deploymentOrigin(scope: Construct): string {
  return Fn.join('-', [Fn.select(2, Fn.split('/', Aws.STACK_ID)), scope.node.addr.slice(-8)]);
}

function derive(scope: Construct): string {
  const { stackName, account, region } = Stack.of(scope);
  const place = [scope.node.addr, stackName, account, region].filter((part) => !Token.isUnresolved(part));
  const digest = createHash('sha256').update(place.join(' ')).digest();
  return Array.from(digest.subarray(0, 5), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
