import { NotAnnouncedError } from '../rooms/model/errors.ts';
import type { EventRoom, EventSource, RoomEventDetail } from '../rooms/model/events.ts';
import { linkAddress } from '../rooms/model/link.ts';
import type { EventBus } from '../rooms/model/ports.ts';
import type { Announcement, PreviousRoom, Room } from '../rooms/model/room.ts';
import { type Instant, SECOND } from '../rooms/model/time.ts';
import type { EventBridge } from './aws/operations.ts';

export const SOURCE: EventSource = 'evergreen-rooms';

export interface EventBusOptions {
  /** Name or ARN. */
  readonly bus: string;
  /** Part of every event: several deployments may share a bus. */
  readonly deployment: string;
  readonly now: () => Instant;
  /** The start of every link; the slug follows. Absent: there are no links. */
  readonly linksUrl?: string;
}

/** The bus to which every room is announced. No event contains a host link. */
export function eventBus(
  eventBridge: EventBridge,
  { bus: busName, deployment, now, linksUrl }: EventBusOptions,
): EventBus {
  async function put(detailType: string, detail: object): Promise<void> {
    const { Entries } = await eventBridge('PutEvents', {
      Entries: [
        {
          EventBusName: busName,
          Source: SOURCE,
          DetailType: detailType,
          Detail: JSON.stringify({ deployment, ...detail }),
          Time: now() / SECOND,
        },
      ],
    });
    // PutEvents answers 200 even if it accepted nothing
    const [entry] = Entries ?? [];
    if (!entry?.EventId) {
      throw new NotAnnouncedError(
        `the event bus ${busName} refused "${detailType}": ${entry?.ErrorCode ?? 'no reason'} ${entry?.ErrorMessage ?? ''}`.trim(),
      );
    }
  }

  return {
    announce: (room, announcement) => put(announcement.type, roomDetail(room, announcement, linksUrl)),
    report: (type, detail) => put(type, detail),
  };
}

function roomDetail(
  room: Room,
  { reason }: Announcement,
  linksUrl: string | undefined,
): Omit<RoomEventDetail, 'deployment'> {
  const { key, generation, revision, state, origin, warnings, renewAt } = room;
  return {
    key,
    generation,
    // a newer announcement may arrive before a repeated one: the higher revision is newer
    revision,
    state,
    reason,
    link: linkAddress(room, linksUrl),
    room: shown(room.current),
    previous: shown(room.previous),
    renewAt: renewAt === undefined ? undefined : iso(renewAt),
    origin,
    warnings: warnings.length > 0 ? warnings : undefined,
  };
}

function shown(live: PreviousRoom | undefined): EventRoom | undefined {
  if (!live) return undefined;
  const { application, id, meetingCode, guestUrl, createdAt, expiresAt } = live;
  return { application, id, meetingCode, guestUrl, createdAt: iso(createdAt), expiresAt: iso(expiresAt) };
}

function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}
