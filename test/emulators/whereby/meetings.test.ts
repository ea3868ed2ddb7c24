import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY } from '../support/clock.ts';
import { clock, create, start, whereby } from '../support/whereby.ts';

beforeEach(() => start());
afterEach(() => whereby.close());

describe('POST /meetings', () => {
  test('answers 201 with a room under its prefix, a slash before it and a suffix of its own', async () => {
    const { status, body } = await create({ roomNamePrefix: 'My Team-', roomMode: 'group', isLocked: true });
    expect(status).toBe(201);
    expect(body).toEqual({
      meetingId: expect.stringMatching(/^\d+$/),
      roomName: expect.stringMatching(/^\/myteam-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      roomUrl: `https://first.whereby.com${body.roomName}`,
      startDate: clock.in(0),
      endDate: clock.in(DAY),
    });
  });

  test('is never idempotent', async () => {
    const [one, other] = await Promise.all([
      create({ roomNamePrefix: 'a' }),
      create({ roomNamePrefix: 'a' }),
    ]);
    expect(one.body.meetingId).not.toBe(other.body.meetingId);
    expect(one.body.roomName).not.toBe(other.body.roomName);
  });

  test('shows the host’s link where it is asked for, both links in viewer mode, and takes a short name', async () => {
    const { body } = await create({
      fields: ['hostRoomUrl'],
      roomNamePattern: 'human-short',
      roomNamePrefix: 'x',
    });
    expect(body.roomName).toMatch(/^\/x[a-z0-9]{6}$/);
    expect(body.hostRoomUrl.startsWith(`${body.roomUrl}?roomKey=ey`)).toBe(true);
    expect(Object.keys((await create({ templateType: 'viewerMode' })).body)).toEqual(
      expect.arrayContaining(['hostRoomUrl', 'viewerRoomUrl']),
    );
  });

  test('reads a date with an offset, and takes one that is now', async () => {
    expect((await create({ endDate: '2027-04-01T12:00:00+02:00' })).body.endDate).toBe(
      '2027-04-01T10:00:00.000Z',
    );
    expect((await create({ endDate: clock.in(0) })).status).toBe(201);
    expect((await create({ endDate: '2099-01-01T00:00:00.000Z' })).status).toBe(201);
  });

  test.each([
    ['no endDate', { endDate: undefined }, 'endDate is required'],
    ['an endDate that is no date', { endDate: 'soon' }, 'endDate must be an ISO 8601 date and time'],
    [
      'an endDate in the past',
      () => ({ endDate: clock.in(-1) }),
      'endDate must be the same or after the current date',
    ],
    ['a prefix of 40 characters', { roomNamePrefix: 'x'.repeat(40) }, 'roomNamePrefix must be at most 39'],
    ['a prefix with an underscore', { roomNamePrefix: 'a_b' }, 'roomNamePrefix must be'],
    ['an unknown mode', { roomMode: 'huge' }, 'roomMode must be normal or group'],
    [
      'a recording that lacks a part',
      { recording: { type: 'cloud' } },
      'recording must be an object with type',
    ],
    [
      'a recording that goes nowhere',
      { recording: { type: 'cloud', destination: {}, startTrigger: null } },
      'recording must be an object with',
    ],
    [
      'a recording that goes to a storage that there is not',
      { recording: { type: 'cloud', destination: { provider: 'ftp' }, startTrigger: null } },
      'recording must be an object with',
    ],
    [
      'a stream that nothing begins',
      { streaming: { destination: { url: 'rtmps://live.example/x' } } },
      'streaming must be an object with',
    ],
    [
      'a stream that goes nowhere',
      { streaming: { destination: {}, startTrigger: 'prompt' } },
      'streaming must be an object with',
    ],
    [
      'a recording that begins when nothing does',
      { recording: { type: 'cloud', destination: null, startTrigger: 'always' } },
      'recording must be an object with',
    ],
    ['an unknown link', { fields: ['guestRoomUrl'] }, 'fields must be a list of hostRoomUrl, viewerRoomUrl'],
  ])('refuses %s', async (_, body, error) => {
    const reply = await create(typeof body === 'function' ? body() : body);
    expect(reply.status).toBe(400);
    expect(reply.body.error).toContain(error);
    expect(whereby.meetings()).toHaveLength(0);
  });

  test('ignores unknown fields or refuses them', async () => {
    expect((await create({ metadata: 'x' })).status).toBe(201);
    await start({ switches: { unknownFields: 'refuse' } });
    expect((await create({ metadata: 'x' })).body.error).toBe('metadata is not a known field');
  });
});

test('meeting ids can be UUIDs', async () => {
  await start({ switches: { meetingId: 'uuid' } });
  expect((await create()).body.meetingId).toMatch(/^[0-9a-f]{8}-/);
});
