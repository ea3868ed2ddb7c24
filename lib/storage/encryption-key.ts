import { Annotations, Aws, Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { EvergreenRoomsProps } from '../settings/props.ts';

type Keys = Pick<EvergreenRoomsProps, 'encryptionKey' | 'queueEncryptionKey'>;

/** The key of every resource without its own. It is created unless you pass one. */
export function encryptionKey(scope: Construct, brought: Keys, removalPolicy: RemovalPolicy): IKey {
  const key =
    brought.encryptionKey ??
    new Key(scope, 'Key', {
      description: 'Evergreen Rooms: rooms, messages, logs and private keys at rest',
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy,
    });
  if (!brought.encryptionKey) key.addToResourcePolicy(grantsForServicesOnly());
  for (const each of new Set([key, brought.queueEncryptionKey ?? key])) admitServices(scope, each);
  return key;
}

/** Services such as DynamoDB use the key through grants. No other principal may create a grant. */
function grantsForServicesOnly(): PolicyStatement {
  return new PolicyStatement({
    sid: 'GrantsForServicesOnly',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['kms:CreateGrant'],
    resources: ['*'],
    conditions: {
      BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' },
    },
  });
}

function admitServices(scope: Construct, key: IKey): void {
  const admitted = serviceStatements().map((statement) => key.addToResourcePolicy(statement).statementAdded);
  if (!admitted.includes(false)) return;
  Annotations.of(scope).addWarningV2(
    'evergreen-rooms:key-policy',
    'an encryption key was imported, so its policy cannot be extended here: let events.amazonaws.com and ' +
      'cloudwatch.amazonaws.com call kms:Decrypt and kms:GenerateDataKey*, and let the logs service encrypt, ' +
      'as docs/security.md says; otherwise events are dropped and alarms are silent',
  );
}

/**
 * If a service may write to an encrypted queue or topic but not use its key, it loses what it delivers,
 * without a log entry.
 */
function serviceStatements(): PolicyStatement[] {
  const deliver = new PolicyStatement({
    sid: 'DeliverEvents',
    principals: [new ServicePrincipal('events.amazonaws.com')],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  });
  const logs = new PolicyStatement({
    sid: 'KeepLogs',
    // the only service here whose name contains the region and the partition
    principals: [new ServicePrincipal(`logs.${Aws.REGION}.${Aws.URL_SUFFIX}`)],
    actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
    resources: ['*'],
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:*`,
      },
    },
  });
  return [deliver, logs];
}
