import type { Outcome, Result } from '../../rooms/model/result.ts';
import { log } from './log.ts';
import { count, type MetricName } from './metrics.ts';

const METRIC: Record<Outcome, MetricName> = {
  created: 'RoomsCreated',
  imported: 'RoomsCreated',
  rotated: 'RoomsRotated',
  updated: 'RoomsUpdated',
  extended: 'RoomsExtended',
  cancelled: 'RoomsCancelled',
  postponed: 'RotationsPostponed',
  noted: 'RequestsUnchanged',
  unchanged: 'RequestsUnchanged',
  outdated: 'RequestsUnchanged',
  over: 'RequestsUnchanged',
  held: 'RequestsUnchanged',
  released: 'RequestsUnchanged',
  relinked: 'RequestsUnchanged',
};

/**
 * Writes one line of the log and one count for each completed piece of work.
 *
 * @param because why a person asked for it
 */
export function report(key: string, work: string, { outcome, reason, room }: Result, because?: string): void {
  count(METRIC[outcome]);
  const { generation, current, warnings = [] } = room ?? {};
  const warned = warnings.length > 0 && { warnings };
  log.info(outcome, { key, work, reason, generation, application: current?.application, because, ...warned });
}
