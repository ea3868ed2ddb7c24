import { createHmac, randomUUID } from 'node:crypto';
import type { Deliveries } from '../http/deliveries.ts';
import { isUsable, type MeetingRecord } from './meetings.ts';
import type { Organizations, WebhookOptions } from './organizations.ts';

export interface Client {
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

interface Session {
  readonly id: string;
  readonly clients: Map<string, Client>;
  isRunning: boolean;
}

/**
 * The people in each room. A session needs two people. People may stay after the end of a meeting; only a
 * deletion removes them.
 */
export class Sessions {
  readonly #byMeeting = new Map<string, Session>();
  readonly #organizations: Organizations;
  readonly #deliveries: Deliveries;
  readonly #now: () => number;

  constructor(organizations: Organizations, deliveries: Deliveries, now: () => number) {
    this.#organizations = organizations;
    this.#deliveries = deliveries;
    this.#now = now;
  }

  in(meeting: MeetingRecord): readonly Client[] {
    return [...(this.#byMeeting.get(meeting.meetingId)?.clients.values() ?? [])];
  }

  join(meeting: MeetingRecord, { name, role }: Omit<Client, 'id'>): Client {
    const session = this.#byMeeting.get(meeting.meetingId) ?? {
      id: randomUUID(),
      clients: new Map(),
      isRunning: false,
    };
    this.#byMeeting.set(meeting.meetingId, session);
    const client = { id: randomUUID(), name, role };
    session.clients.set(client.id, client);
    this.#tell(meeting, 'room.client.joined', { participantId: client.id, roleName: role });
    if (session.clients.size >= 2 && !session.isRunning) {
      session.isRunning = true;
      this.#tell(meeting, 'room.session.started', { roomSessionId: session.id });
    }
    return client;
  }

  leave(meeting: MeetingRecord, clientId: string): void {
    const session = this.#byMeeting.get(meeting.meetingId);
    if (!session?.clients.delete(clientId)) return;
    this.#tell(meeting, 'room.client.left', { participantId: clientId });
    if (session.clients.size > 0) return;
    this.#byMeeting.delete(meeting.meetingId);
    if (session.isRunning) this.#tell(meeting, 'room.session.ended', { roomSessionId: session.id });
  }

  /** Removes all people. */
  end(meeting: MeetingRecord): void {
    for (const { id } of this.in(meeting)) this.leave(meeting, id);
  }

  #tell(meeting: MeetingRecord, type: string, details: object): void {
    const now = this.#now();
    // the webhooks of a meeting stop an hour after its end
    if (!isUsable(meeting, now)) return;
    const data = { meetingId: meeting.meetingId, roomName: meeting.roomName, ...details };
    const body = JSON.stringify({
      id: randomUUID(),
      apiVersion: '1.0',
      createdAt: new Date(now).toISOString(),
      type,
      data,
    });
    for (const { url, secret } of this.#organizations.named(meeting.subdomain).webhooks) {
      const headers = { 'whereby-signature': sign(body, secret, now) };
      void this.#deliveries.send({ url, event: type, body, headers, retries: 2 });
    }
  }
}

function sign(body: string, secret: WebhookOptions['secret'], now: number): string {
  const seconds = Math.floor(now / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
