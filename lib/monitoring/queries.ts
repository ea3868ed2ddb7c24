import { type ILogGroup, QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** The saved queries of the logs, by name. */
const QUERIES: Record<string, ConstructorParameters<typeof QueryString>[0]> = {
  'The life of one room': {
    fields: [
      '@timestamp',
      'service',
      'message',
      'work',
      'generation',
      'application',
      'because',
      'code',
      'error.message',
    ],
    filterStatements: ['key = "put the key of the room here"'],
    sort: '@timestamp asc',
    limit: 1000,
  },
  'Failures by cause': {
    filterStatements: ['message in ["failed", "refused"]'],
    statsStatements: [
      'count(*) as times, count_distinct(key) as rooms, latest(error.message) as example by service, message, code',
    ],
    sort: 'times desc',
    limit: 50,
  },
  // The records of metrics have the durations of calls. If a record has several, this shows the first.
  'Slowest calls': {
    fields: [
      '@timestamp',
      'service',
      'application',
      'coalesce(`ProviderLatency.0`, ProviderLatency) as milliseconds',
    ],
    filterStatements: ['ispresent(milliseconds)'],
    sort: 'milliseconds desc',
    limit: 50,
  },
  'Slowest invocations': {
    fields: [
      '@timestamp',
      '@log',
      'record.metrics.durationMs as milliseconds',
      'record.metrics.maxMemoryUsedMB as MB',
    ],
    filterStatements: ['type = "platform.report"'],
    sort: 'milliseconds desc',
    limit: 50,
  },
};

/** Saves the queries of the runbook, in a folder of their deployment. */
export function saveQueries(scope: Construct, deployment: string, logGroups: ILogGroup[]): void {
  for (const [name, query] of Object.entries(QUERIES)) {
    new QueryDefinition(scope, name.replaceAll(' ', ''), {
      queryDefinitionName: `EvergreenRooms/${deployment}/${name}`,
      queryString: new QueryString(query),
      logGroups,
    });
  }
}
