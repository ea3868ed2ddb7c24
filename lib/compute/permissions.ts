import { Aws, Stack, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';
import { WAITING_INDEX } from '../storage/calendar-table.ts';
import { DUE_INDEX } from '../storage/rooms-table.ts';

/*
 * The library's own grants allow families of verbs (`grantSendMessages` brings GetQueueUrl, `grantReadData` brings
 * streams and batches). These allow the verbs that the functions call, on the resource they call them on.
 */

export const READ_ENCRYPTED = ['kms:Decrypt', 'kms:DescribeKey'];
const WRITE_ENCRYPTED = ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

/** Permits reading a room by its key, and writing it. */
export function permitKeepingRooms(grantee: IGrantable, table: Table): void {
  permit(grantee, ['dynamodb:GetItem', 'dynamodb:PutItem'], table.tableArn);
  permitKey(grantee, table.encryptionKey, 'dynamodb', [...READ_ENCRYPTED, ...WRITE_ENCRYPTED]);
}

/** Permits reading a link by its slug, and nothing else. */
export function permitReadingLinks(grantee: IGrantable, table: Table): void {
  permit(grantee, ['dynamodb:GetItem'], table.tableArn);
  permitKey(grantee, table.encryptionKey, 'dynamodb', READ_ENCRYPTED);
}

/** Permits writing links, but not reading them. */
export function permitWritingLinks(grantee: IGrantable, table: Table): void {
  permit(grantee, ['dynamodb:PutItem'], table.tableArn);
  permitKey(grantee, table.encryptionKey, 'dynamodb', [...READ_ENCRYPTED, ...WRITE_ENCRYPTED]);
}

/** Permits reading and writing the memory of a calendar. */
export const permitRemembering = permitKeepingRooms;

/** Permits reading the index of series that must be read again. */
export function permitDueSeries(grantee: IGrantable, table: Table): void {
  permit(grantee, ['dynamodb:Query'], `${table.tableArn}/index/${WAITING_INDEX}`);
  permitKey(grantee, table.encryptionKey, 'dynamodb', READ_ENCRYPTED);
}

/** Permits reading the objects of a bucket. */
export function permitReadingFiles(grantee: IFunction, bucket: IBucket): void {
  const objects = bucket.arnForObjects('*');
  permit(grantee, ['s3:GetObject'], objects);
  acknowledgeWildcard(
    grantee.role ?? grantee,
    objects,
    'the names of the objects in the bucket are not known beforehand',
  );
  permitKey(grantee, bucket.encryptionKey, 's3', ['kms:Decrypt']);
}

/** Tells the template rules why a permission names more than one resource. */
export function acknowledgeWildcard(grantee: IGrantable, resource: string, reason: string): void {
  if (!Construct.isConstruct(grantee)) return;
  const id = `AwsSolutions-IAM5[Resource::${asFound(resource, grantee)}]`;
  Validations.of(grantee).acknowledge({ id, reason });
}

/** Returns an ARN in the notation of the template rules: `<LogicalId.Arn>/*`. */
function asFound(arn: string, scope: IConstruct): string {
  const resolved = Stack.of(scope).resolve(arn);
  const parts: unknown[] = typeof resolved === 'string' ? [resolved] : resolved['Fn::Join'][1];
  const written = parts.map((part) => {
    if (typeof part === 'string') return part;
    // a resolved token is one of the two, or neither
    const { Ref, 'Fn::GetAtt': attribute = [Ref] } = part as { Ref?: string; 'Fn::GetAtt'?: string[] };
    return `<${attribute.join('.')}>`;
  });
  return written.join('');
}

/** Permits reading the past generations of a room. */
export function permitReadingHistory(grantee: IGrantable, table: Table): void {
  permit(grantee, ['dynamodb:Query'], table.tableArn);
  permitKey(grantee, table.encryptionKey, 'dynamodb', READ_ENCRYPTED);
}

export function permitReadingAllRooms(grantee: IGrantable, table: Table): void {
  permit(grantee, ['dynamodb:Scan'], table.tableArn);
  permitKey(grantee, table.encryptionKey, 'dynamodb', READ_ENCRYPTED);
}

/** Permits reading which rooms are due, and no other attributes. */
export function permitNominatingRooms(grantee: IGrantable, table: Table): void {
  permit(grantee, ['dynamodb:Query'], `${table.tableArn}/index/${DUE_INDEX}`);
  permitKey(grantee, table.encryptionKey, 'dynamodb', READ_ENCRYPTED);
}

export function permitSending(grantee: IGrantable, queue: IQueue): Grant {
  return permit(grantee, ['sqs:SendMessage'], queue.queueArn).combine(
    permitKey(grantee, queue.encryptionMasterKey, 'sqs', ['kms:Decrypt', 'kms:GenerateDataKey']),
  );
}

/** Permits what the event source needs to deliver messages; it uses the function's role. */
export function permitConsuming(grantee: IGrantable, queue: IQueue): void {
  permit(grantee, ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queue.queueArn);
  permitKey(grantee, queue.encryptionMasterKey, 'sqs', ['kms:Decrypt']);
}

/** Permits returning a message with a delay that the function chooses. */
export function permitChangingVisibility(grantee: IGrantable, queue: IQueue): void {
  permit(grantee, ['sqs:ChangeMessageVisibility'], queue.queueArn);
}

export function permitAnnouncing(grantee: IGrantable, bus: IEventBus): void {
  permit(grantee, ['events:PutEvents'], bus.eventBusArn);
}

/** An ARN without the six random characters at its end must end with a wildcard for them. */
export const secretArn = ({ secretFullArn, secretArn }: ISecret): string =>
  secretFullArn ?? `${secretArn}-??????`;

export function permitReadingSecret(grantee: IGrantable, secret: ISecret): void {
  permit(grantee, ['secretsmanager:GetSecretValue'], secretArn(secret));
  permitKey(grantee, secret.encryptionKey, 'secretsmanager', ['kms:Decrypt']);
}

/**
 * Permits what Lambda needs to place a function into a network. Lambda uses the function's role, before the
 * network interfaces exist.
 */
export function permitNetwork(role: Role): void {
  const interfaces = ['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DeleteNetworkInterface'];
  const addresses = ['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses', 'DescribeSubnets'];
  permit(
    role,
    [...interfaces, ...addresses].map((verb) => `ec2:${verb}`),
    '*',
  );
  acknowledgeWildcard(
    role,
    '*',
    'Lambda checks these on any resource before it makes the network interfaces of a function',
  );
}

export function permit(
  grantee: IGrantable,
  actions: string[],
  on: string | string[],
  conditions?: Record<string, Record<string, string>>,
): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions,
    resourceArns: typeof on === 'string' ? [on] : on,
    ...(conditions && { conditions }),
  });
}

/**
 * Permits a service to use the key for data that it encrypts, but not to decrypt other ciphertext with it.
 */
export function permitKey(
  grantee: IGrantable,
  key: IKey | undefined,
  service: string,
  actions: string[],
): Grant {
  if (!key) return Grant.drop(grantee, 'the service uses a key that needs no permission');
  const viaService = `${service}.${Aws.REGION}.${Aws.URL_SUFFIX}`;
  return permit(grantee, actions, key.keyArn, { StringEquals: { 'kms:ViaService': viaService } });
}
