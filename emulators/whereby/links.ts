import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { MeetingRecord } from './meetings.ts';

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/** Shows meetings as the API does, and reads their links as its site does. */
export function createLinks(roomKey: 'stable' | 'fresh') {
  const secret = randomBytes(32);
  const sign = (claims: object) => {
    const signed = `${HEADER}.${encode(claims)}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
  const keyOf = (meeting: MeetingRecord, role: string) =>
    sign({
      meetingId: meeting.meetingId,
      role,
      seed: meeting.roomKey,
      ...(roomKey === 'fresh' && { jti: randomUUID() }),
    });

  const roomUrl = ({ subdomain, roomName }: MeetingRecord) => `https://${subdomain}.whereby.com${roomName}`;

  const show = (meeting: MeetingRecord, fields: ReadonlySet<string>): object => ({
    startDate: new Date(meeting.startDate).toISOString(),
    endDate: new Date(meeting.endDate).toISOString(),
    roomName: meeting.roomName,
    roomUrl: roomUrl(meeting),
    meetingId: meeting.meetingId,
    ...(fields.has('hostRoomUrl') && {
      hostRoomUrl: `${roomUrl(meeting)}?roomKey=${keyOf(meeting, 'host')}`,
    }),
    ...(fields.has('viewerRoomUrl') && {
      viewerRoomUrl: `${roomUrl(meeting)}?roomKey=${keyOf(meeting, 'viewer')}`,
    }),
  });

  /** @throws Error if the link has another meeting's key */
  const read = (link: string): { subdomain: string; roomName: string; meetingId?: string; role: string } => {
    const { hostname, pathname, searchParams } = new URL(link);
    const place = { subdomain: hostname.replace(/\.whereby\.com$/, ''), roomName: pathname };
    const key = searchParams.get('roomKey');
    if (key === null) return { ...place, role: 'guest' };
    const [header, claims = '', signature] = key.split('.');
    const wanted = createHmac('sha256', secret).update(`${header}.${claims}`).digest('base64url');
    if (signature !== wanted) throw new Error('the room key was not made here');
    return { ...place, ...JSON.parse(Buffer.from(claims, 'base64url').toString()) };
  };
  return { show, read };
}

export type Links = ReturnType<typeof createLinks>;
