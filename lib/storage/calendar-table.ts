import { AttributeType, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { type TableProps, tableSettings } from './rooms-table.ts';

/** The index of series that must be read again. It is sparse and has one partition, because they are few. */
export const WAITING_INDEX = 'waiting';

/**
 * The memories of calendars: a row for each feed, and for each series whose occurrences have rooms of their
 * own.
 */
export function calendarTable(scope: Construct, props: TableProps): Table {
  const table = new Table(scope, 'CalendarTable', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    ...tableSettings(props),
  });
  table.addGlobalSecondaryIndex({
    indexName: WAITING_INDEX,
    partitionKey: { name: 'waiting', type: AttributeType.STRING },
    sortKey: { name: 'lookAt', type: AttributeType.STRING },
    projectionType: ProjectionType.ALL,
  });
  return table;
}
