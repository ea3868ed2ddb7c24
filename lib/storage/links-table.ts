import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { type TableProps, tableSettings } from './rooms-table.ts';

/**
 * One item for each link, with only what a visitor may know. It can be written again from the rooms table.
 */
export function linksTable(scope: Construct, props: TableProps): Table {
  return new Table(scope, 'Table', {
    partitionKey: { name: 'slug', type: AttributeType.STRING },
    ...tableSettings(props),
  });
}
