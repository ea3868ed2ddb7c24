import { CHOICES, type Switches } from './choices.ts';
import type { MeetingRecord } from './meetings.ts';

const second = (instant: number) => new Date(instant).toISOString().replace(/\.\d{3}/, '');

/** Returns the link for guests. */
export function joinUrl({ id, encryptedPassword }: MeetingRecord): string {
  return `https://us02web.zoom.us/j/${id}${encryptedPassword && `?pwd=${encryptedPassword}`}`;
}

/** Returns a link for the host, valid for two hours: each read creates another one. */
export function startUrl({ id, host }: MeetingRecord, now: number): string {
  const ticket = Buffer.from(`${host.id}.${id}.${now + 2 * 3_600_000}`).toString('base64url');
  return `https://us02web.zoom.us/s/${id}?zak=${ticket}`;
}

/** Returns the host and the meeting of a host link, and its expiry. */
export function readTicket(zak: string): { hostId: string; id: string; until: number } {
  const [hostId = '', id = '', until = '0'] = Buffer.from(zak, 'base64url').toString().split('.');
  return { hostId, id, until: Number(until) };
}

function timeOf(meeting: MeetingRecord, switches: Switches): object {
  const { type, startTime, createdAt, duration } = meeting;
  if (type === 3) return switches.startTimeOfRecurring === 'show' ? { start_time: second(createdAt) } : {};
  return { duration, ...(startTime !== undefined && { start_time: second(startTime) }) };
}

/** Returns a meeting as its own call shows it. */
export function shownMeeting(meeting: MeetingRecord, switches: Switches, now: number): object {
  const { host, password, encryptedPassword, participants } = meeting;
  return {
    uuid: meeting.uuid,
    id: Number(meeting.id),
    host_id: host.id,
    host_email: host.email,
    topic: meeting.topic,
    type: meeting.type,
    status: participants.size > 0 ? 'started' : 'waiting',
    ...timeOf(meeting, switches),
    timezone: meeting.timezone,
    agenda: meeting.agenda,
    created_at: second(meeting.createdAt),
    start_url: startUrl(meeting, now),
    join_url: joinUrl(meeting),
    password,
    ...(password && {
      h323_password: '482913',
      pstn_password: '482913',
      encrypted_password: encryptedPassword,
    }),
    pre_schedule: false,
    creation_source: 'open_api',
    settings: meeting.settings,
  };
}

/**
 * Returns a meeting as a list shows it: no passcode, no host link, no settings, and only the beginning of the
 * agenda.
 */
export function listedMeeting(meeting: MeetingRecord, switches: Switches): object {
  return {
    uuid: meeting.uuid,
    id: Number(meeting.id),
    host_id: meeting.host.id,
    topic: meeting.topic,
    type: meeting.type,
    ...timeOf(meeting, switches),
    timezone: meeting.timezone,
    agenda: meeting.agenda.slice(0, CHOICES.agendaInList),
    created_at: second(meeting.createdAt),
    join_url: joinUrl(meeting),
  };
}
