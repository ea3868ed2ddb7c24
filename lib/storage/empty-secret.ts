import { Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { KEPT } from './removal.ts';

export interface EmptySecretProps {
  readonly description: string;
  readonly encryptionKey: IKey;
  /** Why only a person can change its value. */
  readonly whyNoRotation: string;
}

/** The approximate length of a secret's ARN: CloudFormation derives its name from the names on its path. */
export const arnLength = (name: string): number => 105 + name.length;

/** Creates a secret whose value a person stores. It is kept when no setting names it any more. */
export function emptySecret(scope: Construct, id: string, props: EmptySecretProps): Secret {
  const { whyNoRotation, ...rest } = props;
  const secret = new Secret(scope, id, { ...rest, removalPolicy: KEPT });
  // the library would fill it with a random password, which only a refused call would distinguish from a real
  // value
  // the class that CDK uses for a secret
  (secret.node.defaultChild as CfnSecret).generateSecretString = undefined;
  Validations.of(secret).acknowledge({ id: 'AwsSolutions-SMG4', reason: whyNoRotation });
  return secret;
}
