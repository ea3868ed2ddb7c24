import { createHash } from 'node:crypto';
import { Aws, Fn, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const FORM = /^[a-z2-7]{5}$/;

/**
 * Returns five characters that name a deployment in events, metrics and tags. A room at the provider carries
 * them if they were chosen; otherwise it carries a digest of the deployment's origin. By default they are
 * derived from the path of the construct in its app, the name of its stack, and the account and region if the
 * stack names them.
 */
export function deploymentId(scope: Construct, chosen?: string): string {
  if (chosen === undefined) return derive(scope);
  if (FORM.test(chosen)) return chosen;
  throw new Error(`deployment is '${chosen}', and must be five characters of a-z and 2-7, as in 'k3x7q'`);
}

/**
 * Returns a text that is unique to this deployment in every account and region, and does not change while the
 * stack exists. It consists of the id that CloudFormation gave the stack and the path of the construct. So
 * deployments that share an account at a provider ignore each other's rooms.
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
