import awsCronParser from 'aws-cron-parser';
import { instantOf, offset } from '../../lib/schedule/zone.ts';
import type { FireTimes } from '../../local/clock/expression.ts';

/** Reads `cron(...)` with a library, to compare the project's own parser with it. */
export function oracleTimes(expression: string, zone: string): FireTimes {
  const [, fields = ''] = /^cron\((.*)\)$/.exec(expression) ?? [];
  const cron = awsCronParser.parse(fields);
  return {
    after(at) {
      // the library only knows UTC, so it gets the local time of the zone, written as if it were UTC
      let shown: Date | null = new Date(at + offset(zone, at));
      do {
        shown = awsCronParser.next(cron, shown);
        const fires = shown && instantOf(zone, shown.getTime());
        if (fires && fires > at) return fires;
      } while (shown);
      return undefined;
    },
  };
}
