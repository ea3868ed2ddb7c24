import { Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { KEPT } from './removal.ts';

export interface EmptySecretProps {
  readonly description: string;
  readonly encryptionKey: IKey;
  /** Why nothing but a person can change its value. */
  readonly whyNoRotation: string;
}

/** How long the ARN of a secret is about: CloudFormation makes its name of the names on the way to it. */
export const arnLength = (name: string): number => 105 + name.length;

/** A secret that a person puts a value into. It stays when no setting names it any more. */
export function emptySecret(scope: Construct, id: string, props: EmptySecretProps): Secret {
  const { whyNoRotation, ...rest } = props;
  const secret = new Secret(scope, id, { ...rest, removalPolicy: KEPT });
  // the library would fill it with a random password, which only a caller's refusal would tell from a real value
  // what a secret of CDK is made of
  (secret.node.defaultChild as CfnSecret).generateSecretString = undefined;
  Validations.of(secret).acknowledge({ id: 'AwsSolutions-SMG4', reason: whyNoRotation });
  return secret;
}
