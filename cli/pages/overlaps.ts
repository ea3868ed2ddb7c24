import { readRows } from '../../functions/rooms/fleet/read-rows.ts';
import { type CalendarMemory, meetingsOf } from '../../functions/rooms/model/occurrences.ts';
import type { Instant } from '../../functions/rooms/model/time.ts';
import type { AccountLimits, Deployment } from '../deployment/deployment.ts';

/** Meetings of one host that are planned for the same time. */
export interface Overlap {
  readonly application: string;
  readonly host: string;
  /** From when on as many of them are planned at the same time. */
  readonly at: Instant;
  readonly keys: readonly string[];
}

export interface Overlaps {
  readonly found: readonly Overlap[];
  /**
   * Keys with meetings that their rows do not remember: a row has the meetings of a series that end last, and none of a series
   * without an end. Their overlaps are not found.
   */
  readonly unseen: readonly string[];
}

interface Meeting {
  readonly key: string;
  readonly roomId: string;
  readonly start: Instant;
  readonly end: Instant;
}

type Asked = Pick<Deployment, 'rooms' | 'pool' | 'limits' | 'calendarGrace' | 'now'>;

/**
 * Where calendars plan more than one meeting of a host at the same time, before `until`: the worst time of each host. It reads the whole
 * table, and asks the providers whose rooms belong to hosts for their lists.
 *
 * @param told receives the number of rows that have been read
 */
export async function overlapsOf(
  deployment: Asked,
  until: Instant,
  told: (read: number) => void = () => {},
): Promise<Overlaps> {
  const withHosts = deployment.limits.filter(({ hosts = [] }) => hosts.length > 0);
  if (withHosts.length === 0) return { found: [], unseen: [] };
  const names = new Set(withHosts.map(({ application }) => application));
  const { planned, unseen } = await plannedIn(names, deployment, { until, told });
  const found: Overlap[] = [];
  for (const account of withHosts) found.push(...(await overlapsIn(account, planned, deployment)));
  return { found, unseen };
}

/** Which meetings are planned, by the applications of their rooms. */
async function plannedIn(
  applications: ReadonlySet<string>,
  { rooms, calendarGrace, now }: Asked,
  { until: end, told }: { readonly until: Instant; readonly told: (read: number) => void },
) {
  const planned = new Map<string, Meeting[]>();
  const unseen: string[] = [];
  let read = 0;
  for await (const entries of readRows(rooms)) {
    read += entries.length;
    told(read);
    for (const entry of entries) {
      if (!('revision' in entry) || !entry.current || !entry.calendar) continue;
      const { key, current, calendar } = entry;
      if (!applications.has(current.application)) continue;
      if (hasUnseen(calendar, now())) unseen.push(key);
      const meetings = meetingsOf(calendar)
        .map(({ id, until }) => ({ key, roomId: current.id, start: id, end: until - calendarGrace }))
        .filter((meeting) => meeting.end > now() && meeting.start < end);
      planned.set(current.application, [...(planned.get(current.application) ?? []), ...meetings]);
    }
  }
  return { planned, unseen: unseen.sort() };
}

/** Whether the event has meetings from now on that the row does not remember. */
function hasUnseen({ event }: CalendarMemory, now: Instant): boolean {
  if (!event || event.cancelled) return false;
  const [first] = event.planned;
  return event.endless === true || (!event.whole && first !== undefined && first.id > now);
}

async function overlapsIn(
  { application }: AccountLimits,
  planned: ReadonlyMap<string, readonly Meeting[]>,
  { pool }: Asked,
): Promise<readonly Overlap[]> {
  const meetings = planned.get(application) ?? [];
  if (meetings.length < 2) return [];
  const hostOf = new Map<string, string>();
  for await (const page of pool.provider(application).list()) {
    for (const { id, host } of page) if (host !== undefined) hostOf.set(id, host);
  }
  const byHost = Map.groupBy(meetings, ({ roomId }) => hostOf.get(roomId));
  return [...byHost].flatMap(([host, all]) => {
    const worst = host === undefined ? undefined : worstOf(all);
    return host !== undefined && worst ? [{ application, host, ...worst }] : [];
  });
}

/** The time at which most of them are planned. A room has one meeting at a time, however often it is planned. */
function worstOf(meetings: readonly Meeting[]): Pick<Overlap, 'at' | 'keys'> | undefined {
  const moments = meetings.map(({ start }) => ({
    at: start,
    keys: [
      ...new Set(meetings.filter((each) => each.start <= start && each.end > start).map(({ key }) => key)),
    ],
  }));
  const worst = moments.sort((a, b) => b.keys.length - a.keys.length || a.at - b.at)[0];
  return worst && worst.keys.length > 1 ? { ...worst, keys: worst.keys.sort() } : undefined;
}
