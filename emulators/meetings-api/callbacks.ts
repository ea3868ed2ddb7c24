import { randomUUID } from 'node:crypto';
import type { Deliveries } from '../http/deliveries.ts';
import { CHOICES } from './choices.ts';
import type { RoomRecord } from './room.ts';

export interface Session {
  readonly id: string;
  readonly roomId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly recordingId?: string;
}

export interface Participant {
  readonly name: string;
  readonly isHost?: boolean;
}

type Subject = 'rooms' | 'sessions' | 'recordings';

const iso = (instant: number) => new Date(instant).toISOString();

/** Reports the events of a room to its callback URLs, once, unsigned. */
export class Callbacks {
  readonly #deliveries: Deliveries;
  readonly #sessions = new Map<string, Session>();

  constructor(deliveries: Deliveries) {
    this.#deliveries = deliveries;
  }

  sessionIn(room: RoomRecord): Session | undefined {
    return this.#sessions.get(room.id);
  }

  expired(room: RoomRecord): void {
    this.#tell(room, 'rooms', 'room:expired', {
      room_type: room.type,
      expires_at: iso(room.expiresAt),
      created_at: iso(room.createdAt),
    });
  }

  started(room: RoomRecord, now: number): Session {
    const session: Session = {
      id: randomUUID(),
      roomId: room.id,
      startedAt: now,
      ...(room.recording_options.auto_record && { recordingId: randomUUID() }),
    };
    this.#sessions.set(room.id, session);
    this.#tell(room, 'sessions', 'session:started', { session_id: session.id, started_at: iso(now) });
    this.#tellOfRecording(room, session, 'recording:started', { started_at: iso(now) });
    return session;
  }

  ended(room: RoomRecord, session: Session, now: number): void {
    this.#sessions.delete(room.id);
    const times = { started_at: iso(session.startedAt), ended_at: iso(now) };
    this.#tell(room, 'sessions', 'session:ended', { session_id: session.id, ...times });
    this.#tellOfRecording(room, session, 'recording:ended', times);
    this.#tellOfRecording(room, session, 'recording:uploaded', times);
  }

  /** @returns the participant's id */
  joined(room: RoomRecord, session: Session, participant: Participant): string {
    const id = randomUUID();
    this.#tell(room, 'sessions', 'session:participant:joined', person(session, id, participant));
    return id;
  }

  left(room: RoomRecord, session: Session, id: string, participant: Participant): void {
    this.#tell(room, 'sessions', 'session:participant:left', person(session, id, participant));
  }

  #tellOfRecording(room: RoomRecord, session: Session, event: string, details: object): void {
    if (!session.recordingId) return;
    const ids = { recording_id: session.recordingId, session_id: session.id };
    this.#tell(room, 'recordings', event, { ...ids, ...details });
  }

  #tell(room: RoomRecord, subject: Subject, event: string, details: object): void {
    const url = room.callback_urls?.[`${subject}_callback_url`];
    if (!url) return;
    this.#deliveries.send({
      url,
      event,
      body: JSON.stringify({ event, room_id: room.id, ...details }),
      ...(room.metadata && { headers: { [CHOICES.metadataHeader]: room.metadata } }),
    });
  }
}

function person(session: Session, id: string, { name, isHost = false }: Participant): object {
  return {
    participant_id: id,
    session_id: session.id,
    name,
    type: isHost ? 'Host' : 'Guest',
    is_host: isHost,
  };
}
