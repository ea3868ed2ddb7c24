import {
  AmbiguousOutcomeError,
  DailyLimitError,
  ProviderRefusedError,
  RoomGoneError,
} from '../../rooms/model/errors.ts';
import type {
  Capabilities,
  ListOptions,
  ProviderRoom,
  RoomChange,
  RoomOrder,
  RoomProvider,
} from '../../rooms/model/ports.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { DAY, MINUTE } from '../../rooms/model/time.ts';
import { answered, asAsked } from '../provider/answer.ts';
import type { Reply } from '../provider/connection.ts';
import { answerOf, isSuccess, unreadable } from '../provider/failures.ts';
import { limitationsOf } from '../provider/fields.ts';
import type { ProviderKind } from '../provider/kind.ts';
import type { ProviderOptions } from '../provider/options.ts';
import {
  nextDay,
  reasonOf,
  saysInProgress,
  saysNoHost,
  saysNoMeeting,
  saysUsedUp,
  type ZoomEntry,
  zoomCalls,
} from './calls.ts';
import { examineZoom } from './examine.ts';
import { ZOOM_FIELDS } from './fields.ts';
import { CHANGES_PER_DAY, KEPT_FOR_REPAIRS, zoomHosts } from './hosts.ts';
import { changeBody, createBody, dropped, LIFE_AFTER_USE, providerRoom, tokenOf } from './meeting.ts';
import { pageReader } from './pages.ts';
import { type ListedReply, type MeetingReply, meetingReply } from './schema.ts';
import { clientSecretIn } from './token.ts';

const CAPABILITIES: Capabilities = {
  // settings that are not stored in the meeting can change at any time
  changeable: [
    'display_name',
    'metadata',
    'expire_after_use',
    'recording_options',
    'theme_id',
    'join_approval_level',
    'initial_join_options',
    'callback_urls',
    'available_features',
    'ui_settings',
  ],
  movableExpiry: true,
  livesByUse: LIFE_AFTER_USE,
  shortestLife: MINUTE,
  // Zoom does not document how far ahead a date may be
  longestLife: 365 * DAY,
  idempotentCreate: false,
  findable: 'by-list',
  retires: 'at-once',
  grace: 30 * DAY,
  news: 'by-room',
  hostLink: 'short-lived',
};

const OTHER_HOST = 'belongs to a user who is no host of the application: add the user to its hosts';

const MEETING = '/meetings/{id}';
const STATUS = `${MEETING}/status`;

/** Zoom: meetings of an account's hosts, whose date is the end of the room. */
export function zoom(entry: ZoomEntry, options: ProviderOptions): RoomProvider {
  const { name: application, hosts: names } = entry;
  const { now } = options;
  const call = zoomCalls(entry, options);
  const pagesOf = pageReader(call, (count) => options.onSkipped?.(application, count));
  const hosts = zoomHosts({ application, hosts: names, now, read: (host) => meetingsOf(host) });

  async function meetingsOf(host: string): Promise<readonly ListedReply[] | undefined> {
    const meetings: ListedReply[] = [];
    const pages = pagesOf(host, { once: true });
    for (;;) {
      const { value, done } = await pages.next();
      if (done) return value === 'read' ? meetings : undefined;
      meetings.push(...value.meetings);
    }
  }

  async function create(order: RoomOrder): Promise<ProviderRoom> {
    // Zoom silently replaces a date in the past with the current time
    if (order.expiresAt <= now()) {
      throw new ProviderRefusedError(
        `the provider refuses a room that ends at ${new Date(order.expiresAt).toISOString()}, which is over`,
      );
    }
    const body = createBody(order);
    for await (const host of hosts.inOrder(order)) {
      const reply = await call(
        { method: 'POST', route: '/users/{id}/meetings', id: host, body },
        (refusal) => saysUsedUp(refusal) || saysNoHost(refusal),
      );
      if (isSuccess(reply)) {
        hosts.spent(host, true);
        const meeting = answered(reply, meetingReply);
        const made = asAsked(reply, providerRoom(meeting, now()), order);
        return { ...made, warnings: dropped(body.settings, meeting) };
      }
      if (saysUsedUp(reply)) hosts.usedUp(host);
      else hosts.unusable(host);
    }
    throw hosts.none(order);
  }

  /** @returns undefined if there is no such meeting */
  async function read(id: string): Promise<{ reply: Reply; meeting: MeetingReply } | undefined> {
    if (!isMeetingId(id)) return undefined;
    const reply = await call({ method: 'GET', route: MEETING, id }, saysNoMeeting);
    if (saysNoMeeting(reply)) return undefined;
    const meeting = answered(reply, meetingReply);
    asAsked(reply, providerRoom(meeting, now()), { id });
    return { reply, meeting };
  }

  /** Zoom sometimes answers that a living meeting does not exist: then its host's list decides. */
  async function get(id: string): Promise<ProviderRoom | undefined> {
    const found = await read(id);
    if (found) return ofHost(found.meeting);
    if (!isMeetingId(id)) return undefined;
    const [listed] = await inLists((meeting) => String(meeting.id) === id);
    if (listed) return listed;
    const again = await read(id);
    return again && ofHost(again.meeting);
  }

  /** A meeting of a user who is not one of the hosts is in no list, and would count as lost. */
  function ofHost(meeting: MeetingReply): ProviderRoom {
    const room = providerRoom(meeting, now());
    const isKnown = !meeting.host_id || !meeting.host_email || hostOf(meeting) !== undefined;
    return isKnown ? room : { obstacle: OTHER_HOST, ...room };
  }

  async function revive(id: string): Promise<ProviderRoom | undefined> {
    if (!isMeetingId(id)) return undefined;
    const body = { action: 'recover' };
    const reply = await call({ method: 'PUT', route: STATUS, id, body }, saysNoMeeting);
    return isSuccess(reply) ? get(id) : undefined;
  }

  /**
   * Sends only real differences, because a host may make only a hundred changes per day. Then reads the
   * meeting again.
   */
  async function change(id: string, wanted: RoomChange): Promise<ProviderRoom> {
    const found = await read(id);
    const before = found && providerRoom(found.meeting, now());
    if (!found || (!before?.available && wanted.expiresAt === undefined)) {
      throw new RoomGoneError(`room ${id} of application ${application} has ended, so it takes no change`);
    }
    const body = changeBody(wanted, found.meeting);
    if (Object.keys(body).length === 0) return providerRoom(found.meeting, now());
    const reply = await call({ method: 'PATCH', route: MEETING, id, body }, saysUsedUp);
    if (!isSuccess(reply)) throw usedUp(reply);
    if (reply.text.trim() !== '') throw unreadable(reply, 'a change has no answer');
    hosts.spent(hostOf(found.meeting));
    const after = await read(id);
    if (after) {
      return { ...providerRoom(after.meeting, now()), warnings: dropped(body.settings ?? {}, after.meeting) };
    }
    throw new RoomGoneError(`room ${id} of application ${application} is gone since it was changed`);
  }

  function hostOf({ host_id, host_email }: MeetingReply): string | undefined {
    const known = [host_id, host_email].map((name) => name?.toLowerCase());
    return names.find((name) => known.includes(name.toLowerCase()));
  }

  function usedUp(reply: Reply): DailyLimitError {
    const retryAfter = nextDay(now()) - now();
    return new DailyLimitError(
      `the host of the room has made all changes of this day, and makes more at 00:00 UTC: ${answerOf(reply, reasonOf(reply))}`,
      { retryAfter, ambiguous: false },
    );
  }

  async function retire(id: string): Promise<Instant> {
    if (!isMeetingId(id)) return now();
    const remove = () =>
      call(
        {
          method: 'DELETE',
          route: MEETING,
          id,
          // no person gets a mail about it
          query: { schedule_for_reminder: 'false', cancel_meeting_reminder: 'false' },
        },
        (reply) => saysNoMeeting(reply) || saysInProgress(reply),
      );
    let reply = await remove();
    if (saysInProgress(reply)) {
      const body = { action: 'end' };
      await call({ method: 'PUT', route: STATUS, id, body }, saysNoMeeting);
      reply = await remove();
    }
    if (isSuccess(reply) && reply.text.trim() === '') return now();
    if (isSuccess(reply)) throw unreadable(reply, 'a deletion has no answer');
    if (!(await get(id))) return now();
    throw new AmbiguousOutcomeError(
      `${answerOf(reply, reasonOf(reply))}, yet it is there: it is deleted later`,
    );
  }

  async function* list({ from, reached }: ListOptions = {}): AsyncGenerator<readonly ProviderRoom[]> {
    for await (const { host, meetings, position } of pagesFrom(from)) {
      if (position !== undefined) reached?.(position);
      if (meetings.length > 0) yield meetings.map((meeting) => ({ ...providerRoom(meeting, now()), host }));
    }
  }

  /**
   * Reads the lists of all hosts, one after the other. A position consists of the host and the position in
   * its list.
   */
  async function* pagesFrom(from: string | undefined) {
    const [first, pageToken] = positionIn(from);
    for (const [index, host] of names.entries()) {
      if (index < first) continue;
      const start = index === first ? pageToken : undefined;
      const live = await liveMeetingsOf(host);
      for await (const { meetings, next } of pagesOf(host, { background: true }, start)) {
        yield {
          host,
          meetings: meetings.map((meeting) =>
            live.has(meeting.id) ? { ...meeting, status: 'started' } : meeting,
          ),
          position: positionAfter(index, next, names.length),
        };
      }
    }
  }

  /** Returns the meetings of a host with people in them. */
  async function liveMeetingsOf(host: string): Promise<ReadonlySet<number>> {
    const live = new Set<number>();
    for await (const { meetings } of pagesOf(host, { background: true, type: 'live' })) {
      for (const { id } of meetings) live.add(id);
    }
    return live;
  }

  /** Returns the matching meetings in the lists of all hosts. */
  async function inLists(isMeant: (meeting: ListedReply) => boolean): Promise<readonly ProviderRoom[]> {
    const found = await Promise.all(
      names.map(async (host) => {
        const rooms: ProviderRoom[] = [];
        for await (const { meetings } of pagesOf(host)) {
          rooms.push(...meetings.filter(isMeant).map((meeting) => providerRoom(meeting, now())));
        }
        return rooms;
      }),
    );
    return found.flat();
  }

  return {
    capabilities: CAPABILITIES,
    create,
    find: (token) => inLists((meeting) => tokenOf(meeting) === token),
    get,
    change,
    revive,
    retire,
    async hostUrl(id) {
      const found = await read(id);
      if (!found || !providerRoom(found.meeting, now()).available) return undefined;
      return found.meeting.start_url ?? undefined;
    },
    list,
    limitations: (settings) => limitationsOf(ZOOM_FIELDS, settings),
    bookmark: () => undefined,
  };
}

/** An id of another provider must not become a path here, and zeros before a number are not part of it. */
function isMeetingId(id: string): boolean {
  return /^[1-9]\d{8,11}$/.test(id);
}

function positionAfter(index: number, next: string | undefined, hosts: number): string | undefined {
  if (next !== undefined) return `${index} ${next}`;
  return index + 1 < hosts ? `${index + 1} ` : undefined;
}

function positionIn(from: string | undefined): [number, string | undefined] {
  const [, index, token] = /^(\d+) (.*)$/.exec(from ?? '') ?? [];
  return [Number(index ?? 0), token || undefined];
}

export const ZOOM: ProviderKind<ZoomEntry> = {
  title: 'Zoom',
  capabilities: CAPABILITIES,
  roomsADay: CHANGES_PER_DAY - KEPT_FOR_REPAIRS,
  fields: ZOOM_FIELDS,
  credential: { name: 'client secret', form: 'the client secret of its app' },
  checkCredential: async ({ name, clientId, secret }, value) =>
    clientSecretIn(value, { application: name, clientId, secret }),
  examine: examineZoom,
  connect: zoom,
};
