import type { RoomsAlarm } from './alarm.ts';
import { applicationAlarms, quotaAlarms } from './alarms/applications.ts';
import { connectionAlarms, feedAlarms } from './alarms/feeds.ts';
import { queueAlarms } from './alarms/queues.ts';
import { reconciliationAlarms, rotationAlarms } from './alarms/runs.ts';
import { workAlarms } from './alarms/work.ts';
import type { Watched } from './watched.ts';

/** Every alarm. Each has its heading in the runbook. */
export function alarmsFor(watched: Watched): RoomsAlarm[] {
  return [
    ...queueAlarms(watched),
    ...workAlarms(watched),
    ...rotationAlarms(watched),
    ...reconciliationAlarms(watched),
    ...feedAlarms(watched),
    ...connectionAlarms(watched),
    ...watched.applications.flatMap(({ name }) => applicationAlarms(watched.metrics, name)),
    ...watched.applications.flatMap((place) => quotaAlarms(watched.metrics, place)),
  ];
}
