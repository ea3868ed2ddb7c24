import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** The index of due rooms: sparse, in shards, with only the attributes that nominating a room needs. */
export const DUE_INDEX = 'due';

export interface TableProps {
  readonly encryptionKey: IKey;
  readonly removalPolicy: RemovalPolicy;
  /** Whether the table is protected against deletion by hand. */
  readonly deletionProtection: boolean;
}

/** The properties of all tables. */
export function tableSettings(props: TableProps) {
  return {
    timeToLiveAttribute: 'ttl',
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    encryption: TableEncryption.CUSTOMER_MANAGED,
    ...props,
  };
}

/**
 * One row for each key (`entry` is `room`) with its latest past generations, and an entry for each older one that is still
 * remembered (`generation#...`).
 */
export function roomsTable(scope: Construct, props: TableProps): Table {
  const table = new Table(scope, 'Table', {
    partitionKey: { name: 'roomKey', type: AttributeType.STRING },
    sortKey: { name: 'entry', type: AttributeType.STRING },
    ...tableSettings(props),
  });
  table.addGlobalSecondaryIndex({
    indexName: DUE_INDEX,
    partitionKey: { name: 'dueShard', type: AttributeType.NUMBER },
    sortKey: { name: 'dueAt', type: AttributeType.STRING },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['generation', 'held', 'application', 'renewAt', 'emergencyAt'],
  });
  return table;
}
