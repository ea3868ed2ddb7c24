import awsCronParser from 'aws-cron-parser';
import { instantOf, offset } from '../../lib/schedule/zone.ts';
import type { FireTimes } from '../../local/clock/expression.ts';

/** A second reading of `cron(...)`, by a library: what our own parser is compared with. */
export function oracleTimes(expression: string, zone: string): FireTimes {
  const [, fields = ''] = /^cron\((.*)\)$/.exec(expression) ?? [];
  const cron = awsCronParser.parse(fields);
  return {
    after(at) {
      // the library only knows UTC, so it is asked about what the zone's clocks show, written as if it were UTC
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
