import type { ProviderRoom, RoomOrder } from '../../rooms/model/ports.ts';
import type { RoomSettings } from '../../rooms/model/room.ts';
import type { Instant } from '../../rooms/model/time.ts';
import type { MeetingReply } from './schema.ts';

/**
 * A room's name is a prefix that this project chooses and that ends in the token, and a suffix that Whereby
 * adds.
 */
const TOKEN = /^\/(er[a-z2-7]{30})-/;

export function namePrefix(token: string): string {
  return `${token}-`;
}

export function providerRoom(reply: MeetingReply, now: Instant): ProviderRoom {
  const { meetingId, roomUrl, startDate, endDate } = reply;
  const expiresAt = Date.parse(endDate);
  return {
    id: meetingId,
    guestUrl: roomUrl,
    createdAt: !startDate ? now : Date.parse(startDate),
    expiresAt,
    token: TOKEN.exec(new URL(roomUrl).pathname)?.[1],
    available: expiresAt > now,
  };
}

export function createBody({ token, settings, expiresAt }: RoomOrder) {
  return {
    endDate: new Date(expiresAt).toISOString(),
    isLocked: (settings.join_approval_level ?? 'none') !== 'none',
    // the other mode allows only four people
    roomMode: 'group',
    roomNamePrefix: namePrefix(token),
    roomNamePattern: 'uuid',
    recording: recordingOf(settings),
  };
}

/** An absent setting keeps the account's default, and so does `null`. */
function recordingOf({ recording_options, available_features }: RoomSettings) {
  const inherited = { destination: null, startTrigger: null };
  if (recording_options?.auto_record) {
    return { ...inherited, type: 'cloud', startTrigger: 'automatic' };
  }
  const available = available_features?.is_recording_available;
  if (available === undefined) return undefined;
  return { ...inherited, type: available ? 'cloud' : 'none' };
}
