import { randomUUID } from 'node:crypto';
import { Deadlines } from '../http/deadlines.ts';
import { expiryOf, type RoomRecord } from './rooms.ts';

export interface Participant {
  readonly id: string;
  readonly userId?: string;
  readonly isOwner: boolean;
}

interface Meeting {
  readonly id: string;
  readonly startedAt: number;
  readonly participants: Map<string, Participant>;
}

type Tell = (room: RoomRecord, type: string, payload: object) => void;

/**
 * The participants of each room. If a room ejects at its `exp`, the time is fixed for each participant when
 * they join: moving the `exp` later does not affect people who are already in.
 */
export class Meetings {
  readonly #byRoom = new Map<string, Meeting>();
  readonly #ejections = new Deadlines<{ room: RoomRecord; participant: Participant }>();
  readonly #tell: Tell;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  in(room: RoomRecord): readonly Participant[] {
    return [...(this.#byRoom.get(room.id)?.participants.values() ?? [])];
  }

  join(room: RoomRecord, who: Omit<Participant, 'id'>, now: number): Participant {
    const participant = { ...who, id: randomUUID() };
    const meeting = this.#byRoom.get(room.id) ?? this.#start(room, now);
    meeting.participants.set(participant.id, participant);
    const ejectedAt = Math.min(
      room.config.eject_at_room_exp ? expiryOf(room) : Number.POSITIVE_INFINITY,
      now + Number(room.config.eject_after_elapsed ?? Number.POSITIVE_INFINITY) * 1000,
    );
    if (Number.isFinite(ejectedAt)) this.#ejections.add(ejectedAt, { room, participant });
    this.#tell(room, 'participant.joined', {
      room: room.name,
      session_id: participant.id,
      owner: who.isOwner,
    });
    return participant;
  }

  leave(room: RoomRecord, participantId: string, now: number): void {
    const meeting = this.#byRoom.get(room.id);
    if (!meeting?.participants.delete(participantId)) return;
    this.#tell(room, 'participant.left', { room: room.name, session_id: participantId });
    if (meeting.participants.size > 0) return;
    this.#byRoom.delete(room.id);
    const times = { start_ts: meeting.startedAt / 1000, end_ts: now / 1000 };
    this.#tell(room, 'meeting.ended', { room: room.name, meeting_id: meeting.id, ...times });
  }

  /** Removes all participants. */
  end(room: RoomRecord, now: number): void {
    for (const { id } of this.in(room)) this.leave(room, id, now);
  }

  /** Ejects the participants whose time is over. */
  ejectDue(now: number): void {
    for (const { at, item } of this.#ejections.due(now)) this.leave(item.room, item.participant.id, at);
  }

  #start(room: RoomRecord, now: number): Meeting {
    const meeting: Meeting = { id: randomUUID(), startedAt: now, participants: new Map() };
    this.#byRoom.set(room.id, meeting);
    this.#tell(room, 'meeting.started', { room: room.name, meeting_id: meeting.id, start_ts: now / 1000 });
    return meeting;
  }
}
