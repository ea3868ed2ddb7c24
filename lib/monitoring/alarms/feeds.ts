import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { RoomsAlarm } from '../alarm.ts';
import type { Watched } from '../watched.ts';

const { NOT_BREACHING } = TreatMissingData;

/** A server may fail once and is asked again: this many failures in a row ring the alarm. */
const TIMES = 4;

/** Alarms for connected calendars that cannot be read. */
export function connectionAlarms({ metrics, connectionsReadEvery: period }: Watched): RoomsAlarm[] {
  if (!period) return [];
  return [
    {
      threshold: 1,
      evaluationPeriods: TIMES,
      silence: NOT_BREACHING,
      id: 'CalendarsFail',
      heading: 'A connected calendar cannot be read',
      means: 'A calendar or its credential is refused, so what changes in it is not followed',
      metric: metrics.of('read-calendars', 'CalendarsFailed', { period }),
    },
  ];
}

/** Alarms for feeds that cannot be read or are empty. */
export function feedAlarms({ metrics, feedsReadEvery: period }: Watched): RoomsAlarm[] {
  if (!period) return [];
  const inEveryRound = { threshold: 1, evaluationPeriods: TIMES, silence: NOT_BREACHING };
  return [
    {
      ...inEveryRound,
      id: 'FeedsFail',
      heading: 'A feed cannot be read',
      means: 'The address of a calendar gives none, so what changes in it is not followed',
      metric: metrics.of('read-calendars', 'FeedsFailed', { period }),
    },
    {
      ...inEveryRound,
      id: 'FeedsEmpty',
      heading: 'A feed has become empty',
      means: 'A calendar that had events has none, which is taken for a fault: its rooms stay',
      metric: metrics.of('read-calendars', 'FeedsEmpty', { period }),
    },
  ];
}
