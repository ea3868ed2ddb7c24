import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { type TableProps, tableSettings } from './rooms-table.ts';

/** What is remembered of calendars: a row for each feed. */
export function calendarTable(scope: Construct, props: TableProps): Table {
  return new Table(scope, 'CalendarTable', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    ...tableSettings(props),
  });
}
