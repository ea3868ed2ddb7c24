import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CHANGES_PER_DAY, KEPT_FOR_REPAIRS } from '../../../functions/adapters/zoom/hosts.ts';
import { ZOOM } from '../../../functions/adapters/zoom/provider.ts';
import type { RoomSettings } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import { roomToken } from '../../../functions/rooms/model/token.ts';
import { HOSTS, startZoomBench, type ZoomBench } from './bench.ts';

let bench: ZoomBench;

beforeEach(async () => {
  bench = await startZoomBench();
});

afterEach(() => bench.close());

let keys = 0;
const orderOf = (settings: Partial<RoomSettings> = {}) => {
  keys += 1;
  return {
    token: roomToken('abcde', `zoom-${keys}`, 1),
    settings: { display_name: 'Weekly', ...settings },
    expiresAt: bench.now() + 30 * DAY,
  };
};
const create = (settings?: Partial<RoomSettings>) => bench.provider.create(orderOf(settings));
const meetingOf = ({ id }: { readonly id: string }) => bench.emulator.meeting(id);
const untilMidnight = () => DAY - (bench.now() % DAY);
const spent = () => HOSTS.map((host) => bench.emulator.changesToday(host));

describe('a room', () => {
  test('ends at the date of its meeting, although Zoom lets people in for another thirty days', async () => {
    const room = await create();
    expect(meetingOf(room)).toMatchObject({ type: 2, startTime: room.expiresAt });
    bench.turn(30 * DAY + MINUTE);
    expect(bench.emulator.enter(room.guestUrl).role).toBe('guest');
    expect((await bench.provider.get(room.id))?.available).toBe(false);
    bench.turn(bench.provider.capabilities.grace);
    expect(() => bench.emulator.enter(room.guestUrl)).toThrow('is over');
  });

  test('has a passcode of its own, which is part of its link and nowhere else', async () => {
    const [one, other] = [await create(), await create()];
    const passcodes = [one, other].map((room) => meetingOf(room)?.password ?? '');
    expect(new Set(passcodes).size).toBe(2);
    for (const passcode of passcodes) {
      expect(passcode).toMatch(/^(?=.*\d)(?=.*[A-Z])[A-Za-z0-9]{10}$/);
      expect(JSON.stringify([one, other])).not.toContain(passcode);
    }
    expect(JSON.stringify(one)).not.toContain('zak=');
  });

  test.each([
    ['none', { join_before_host: true, waiting_room: false }],
    ['after_owner_only', { join_before_host: false, waiting_room: false }],
    ['explicit_approval', { join_before_host: false, waiting_room: true }],
  ] as const)('with the approval %s is set so, and shown so', async (join_approval_level, settings) => {
    const room = await create({ join_approval_level });
    expect(meetingOf(room)?.settings).toMatchObject(settings);
    expect(room.settings).toMatchObject({ join_approval_level });
  });

  test('mails nobody when it is made or deleted', async () => {
    const room = await create();
    expect(meetingOf(room)?.settings).toMatchObject({ email_notification: false });
    await bench.provider.retire(room.id);
    expect(bench.emulator.calls.matching('DELETE').map(({ query }) => query)).toEqual([
      'schedule_for_reminder=false&cancel_meeting_reminder=false',
    ]);
  });

  test('is found by its token as long as the host leaves the first line of the description', async () => {
    const { token, ...order } = orderOf({ metadata: 'team=blue' });
    const room = await bench.provider.create({ token, ...order });
    expect(meetingOf(room)?.agenda).toBe(`[evr:${token}]\nteam=blue`);
    expect((await bench.provider.get(room.id))?.settings).toMatchObject({ metadata: 'team=blue' });
    await bench.provider.change(room.id, { settings: { metadata: 'team=red' } });
    expect(meetingOf(room)?.agenda).toBe(`[evr:${token}]\nteam=red`);
  });

  test('is none under an id that only looks like its own, and nothing is asked', async () => {
    const { id } = await create();
    bench.emulator.calls.clear();
    for (const other of [`0${id}`, `${id}/`, `${id}?`, '..', '4ab2a0ab-7d7b-4c2c-9b16-4b7d1a3c0f00']) {
      expect(await bench.provider.get(other)).toBeUndefined();
    }
    expect(bench.emulator.calls.all).toEqual([]);
  });

  test('with people in it is ended before it is deleted, where Zoom wants that', async () => {
    await bench.close();
    bench = await startZoomBench({ switches: { deleteWhileLive: 'refuse' } });
    const room = await create();
    bench.emulator.join(room.guestUrl, 'Ann');
    expect(await bench.provider.retire(room.id)).toBe(bench.now());
    expect(meetingOf(room)).toBeUndefined();
  });
});

describe('a room without an end', () => {
  const createByUse = () =>
    bench.provider.create({ ...orderOf(), byUse: true, expiresAt: bench.now() + 365 * DAY });

  test('is a recurring meeting, and says that it is used while people are in it', async () => {
    const room = await createByUse();
    expect(meetingOf(room)?.type).toBe(3);
    expect(meetingOf(room)?.startTime).toBeUndefined();
    bench.turn(300 * DAY);
    expect(await bench.provider.get(room.id)).not.toHaveProperty('inUse');
    bench.emulator.join(room.guestUrl, 'Ann');
    expect(await bench.provider.get(room.id)).toMatchObject({
      byUse: true,
      inUse: true,
      expiresAt: bench.now() + 365 * DAY,
    });
    const listed: unknown[] = [];
    for await (const page of bench.provider.list()) listed.push(...page);
    expect(listed).toMatchObject([{ id: room.id, byUse: true, inUse: true }]);
  });

  test('that was used lives on, though Zoom shows neither the use nor its end', async () => {
    const room = await createByUse();
    bench.turn(300 * DAY);
    bench.emulator.join(room.guestUrl, 'Ann');
    bench.emulator.leave(room.id, 'Ann');
    bench.turn(300 * DAY);
    expect(await bench.provider.get(room.id)).toMatchObject({
      available: true,
      expiresAt: bench.now() + DAY,
    });
  });
});

describe('what Zoom drops in silence', () => {
  test('is told to the caller after a create and after a change', async () => {
    bench.emulator.lock('waiting_room', false);
    const room = await create({ join_approval_level: 'explicit_approval' });
    const told = [expect.stringMatching(/^Zoom keeps waiting_room at false, not true/)];
    expect(room.warnings).toEqual(told);
    const other = await create();
    expect(other.warnings).toEqual([]);
    const changed = await bench.provider.change(other.id, {
      settings: { join_approval_level: 'explicit_approval' },
    });
    expect(changed.warnings).toEqual(told);
  });
});

describe('a meeting that Zoom says does not exist', () => {
  const gone = { code: 3001, message: 'Meeting does not exist: 1.' };
  const burst = (on: string) =>
    bench.emulator.faults.add({ fault: 'status', status: 404, body: gone, on, times: 'always' });

  test('is there as long as the list of its host has it, for a look as for a retirement', async () => {
    const room = await create();
    const end = burst('* /meetings/:id');
    expect(await bench.provider.get(room.id)).toMatchObject({ id: room.id, available: true });
    await expect(bench.provider.retire(room.id)).rejects.toMatchObject({ code: 'ambiguous_outcome' });
    end();
    expect(meetingOf(room)).toBeDefined();
    await bench.provider.retire(room.id);
    expect(await bench.provider.get(room.id)).toBeUndefined();
  });

  test('is read once more where the lists of its hosts do not have it yet', async () => {
    await bench.close();
    bench = await startZoomBench({ switches: { listLag: 30 } });
    const room = await create();
    bench.emulator.faults.add({ fault: 'status', status: 404, body: gone, on: 'GET /meetings/:id' });
    expect(await bench.provider.get(room.id)).toMatchObject({ id: room.id, available: true });
    bench.emulator.faults.add({
      fault: 'status',
      status: 404,
      body: gone,
      on: 'GET /meetings/:id',
      times: 2,
    });
    expect(await bench.provider.get(room.id)).toBeUndefined();
  });

  test.each([
    ['another code', { code: 1120, message: 'Something else does not exist.' }, '* /meetings/:id'],
    ['the code at another address', gone, 'POST /users/:id/meetings'],
  ])('is not one for a 404 with %s, whatever was asked', async (_, body, on) => {
    const room = await create();
    bench.emulator.faults.add({ fault: 'status', status: 404, body, on, times: 'always' });
    const change = { settings: { display_name: 'Monthly' } };
    const acts = on.startsWith('POST')
      ? [create()]
      : [bench.provider.get(room.id), bench.provider.change(room.id, change), bench.provider.retire(room.id)];
    for (const act of await Promise.allSettled(acts))
      expect(act).toMatchObject({ reason: { code: 'ambiguous_outcome' } });
  });

  test('is brought back within seven days of its deletion, the link with it', async () => {
    const room = await create();
    await bench.provider.retire(room.id);
    bench.turn(6 * DAY);
    expect(await bench.provider.revive?.(room.id)).toMatchObject({ id: room.id, guestUrl: room.guestUrl });
    expect(bench.emulator.enter(room.guestUrl).role).toBe('guest');
    await bench.provider.retire(room.id);
    bench.turn(8 * DAY);
    expect(await bench.provider.revive?.(room.id)).toBeUndefined();
    expect(await bench.provider.revive?.('84512239077')).toBeUndefined();
  });

  test('and is in the trash passes for living where Zoom shows it, until the list is read', async () => {
    await bench.close();
    bench = await startZoomBench({ switches: { meetingInTrash: 'shown' } });
    const room = await create();
    await bench.provider.retire(room.id);
    expect(await bench.provider.get(room.id)).toMatchObject({ available: true });
    expect(await bench.provider.find(room.token ?? '')).toEqual([]);
    bench.turn(8 * DAY);
    expect(await bench.provider.get(room.id)).toBeUndefined();
  });
});

describe('a change', () => {
  test('that makes no difference is not sent, since a host has a hundred in a day', async () => {
    const room = await create();
    const before = spent();
    await bench.provider.change(room.id, { expiresAt: room.expiresAt, settings: { display_name: 'Weekly' } });
    expect(spent()).toEqual(before);
  });

  test('of a host who has made all of the day waits for midnight UTC, and holds back no other call', async () => {
    const room = await create();
    const email = meetingOf(room)?.host.email ?? '';
    bench.emulator.spend(email, CHANGES_PER_DAY);
    const error = await bench.provider
      .change(room.id, { settings: { display_name: 'Daily' } })
      .catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'throttled', ambiguous: false, retryAfter: untilMidnight() });
    await expect(create()).resolves.toMatchObject({ available: true });
    bench.turn(12 * HOUR);
    const changed = await bench.provider.change(room.id, { settings: { display_name: 'Daily' } });
    expect(changed).toMatchObject({ guestUrl: room.guestUrl, settings: { display_name: 'Daily' } });
  });
});

describe('hosts', () => {
  test('share rooms evenly, those with fewer rooms first', async () => {
    for (let nth = 0; nth < 4; nth += 1)
      bench.emulator.schedule(HOSTS[0] ?? '', { topic: 'Theirs', type: 3 });
    for (let nth = 0; nth < 8; nth += 1) await create();
    expect(spent()).toEqual([0, 4, 4]);
  });

  test('whose lists cannot be read get rooms all the same, and those whose lists can be read get them first', async () => {
    const out = { fault: 'status', status: 500, times: 'always' } as const;
    const end = bench.emulator.faults.add({
      ...out,
      only: ({ method, path }) => method === 'GET' && path.includes('room1'),
    });
    for (let nth = 0; nth < 4; nth += 1) await create();
    expect(spent()).toEqual([0, 2, 2]);
    end();
    bench.emulator.faults.add({ ...out, on: 'GET /users/:id/meetings' });
    bench.turn(HOUR);
    await create();
    expect(spent().reduce((sum, changes) => sum + changes)).toBe(5);
  });

  test('keep twenty changes of the day for the rooms that they have, and for a key that lost its room', async () => {
    const most = CHANGES_PER_DAY - KEPT_FOR_REPAIRS;
    for (let nth = 0; nth < 3 * most; nth += 1) await create();
    expect(spent()).toEqual([most, most, most]);
    await expect(create()).rejects.toMatchObject({ code: 'application_full', retryAfter: untilMidnight() });
    expect(spent()).toEqual([most, most, most]);
    const lists = () => bench.emulator.calls.matching('GET /users/:id/meetings').length;
    const before = lists();
    for (let nth = 0; nth < 10; nth += 1) await expect(create()).rejects.toThrow('add hosts');
    expect(lists(), 'nothing in a list gives a day back').toBe(before);
    await expect(bench.provider.create({ ...orderOf(), urgent: true })).resolves.toBeDefined();
    bench.turn(12 * HOUR);
    await expect(create()).resolves.toBeDefined();
  });

  test('share rooms evenly that are asked for at the same time', async () => {
    await Promise.all(Array.from({ length: 9 }, () => create()));
    expect(spent()).toEqual([3, 3, 3]);
    expect(bench.emulator.calls.matching('GET /users/:id/meetings')).toHaveLength(3);
  });

  test('keep their twenty changes also from rooms that are asked for at the same time', async () => {
    await bench.close();
    bench = await startZoomBench({ hosts: HOSTS.slice(0, 1) });
    for (let nth = 0; nth < CHANGES_PER_DAY - KEPT_FOR_REPAIRS - 3; nth += 1) await create();
    const made = await Promise.allSettled(Array.from({ length: 10 }, () => create()));
    const refusals = made.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(spent()).toEqual([CHANGES_PER_DAY - KEPT_FOR_REPAIRS, 0, 0]);
    expect(refusals.map(({ code, retryAfter }) => [code, retryAfter])).toEqual(
      Array(7).fill(['application_full', 10 * SECOND]),
    );
    await expect(create()).rejects.toMatchObject({ code: 'application_full', retryAfter: untilMidnight() });
  });

  test('whose creations failed have as much of their day left as before', async () => {
    await bench.close();
    bench = await startZoomBench({ hosts: HOSTS.slice(0, 1) });
    await create();
    const end = bench.emulator.faults.add({
      fault: 'status',
      status: 500,
      times: 'always',
      on: 'POST /users/:id/meetings',
    });
    for (let nth = 0; nth < CHANGES_PER_DAY; nth += 1) await expect(create()).rejects.toThrow();
    end();
    await expect(create()).resolves.toBeDefined();
  });

  test('that Zoom says are used up are passed over until midnight UTC', async () => {
    await create();
    for (const host of HOSTS.slice(0, 2)) bench.emulator.spend(host, CHANGES_PER_DAY);
    for (let nth = 0; nth < 3; nth += 1) {
      expect(meetingOf(await create())?.host.email).toBe(HOSTS[2]);
    }
    const refused = bench.emulator.calls
      .matching('POST /users/:id/meetings')
      .filter(({ sent }) => sent === 429);
    expect(refused.length).toBeLessThanOrEqual(2);
  });

  test('that are none of the account are passed over, and named where nobody else is left', async () => {
    await bench.close();
    bench = await startZoomBench({ hosts: ['nobody@example.org', HOSTS[0] ?? ''] });
    expect(meetingOf(await create())?.host.email).toBe(HOSTS[0]);
    await bench.close();
    bench = await startZoomBench({ hosts: ['nobody@example.org'] });
    await expect(create()).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('nobody@example.org'),
    });
  });
});

describe('an access token', () => {
  test('serves all calls of a container until a minute before its end', async () => {
    await Promise.all([create(), create(), create()]);
    const tokens = () => bench.emulator.calls.matching('POST /oauth/token').length;
    expect(tokens()).toBe(1);
    bench.turn(58 * MINUTE);
    await create();
    expect(tokens()).toBe(1);
    bench.turn(MINUTE);
    await Promise.all([create(), create()]);
    expect(tokens()).toBe(2);
  });

  /** Three containers take turns through eight hours, a look every four minutes. @returns the calls for tokens */
  async function night(tokens: 'side-by-side' | 'single'): Promise<number> {
    await bench.close();
    bench = await startZoomBench({ switches: { tokens } });
    const { id } = await create();
    const containers = [bench.provider, bench.another(), bench.another()];
    for (let nth = 0; nth < 120; nth += 1) {
      bench.turn(4 * MINUTE);
      expect(await containers[nth % 3]?.get(id)).toMatchObject({ available: true });
    }
    return bench.emulator.calls.matching('POST /oauth/token').length;
  }

  test('is one for each container and hour of a night, and no container has to know those of others', async () => {
    expect(await night('side-by-side')).toBe(3 * 8);
  });

  test('that ends with the next one of another container is replaced, and no call fails for it', async () => {
    expect(await night('single')).toBe(120);
  });

  test('that other containers end at once is replaced four times, and its call is served', async () => {
    const { id } = await create();
    const ended = { code: 124, message: 'Invalid access token.' };
    const on = 'GET /meetings/:id';
    const tokens = () => bench.emulator.calls.matching('POST /oauth/token').length;
    bench.emulator.faults.add({ fault: 'status', status: 401, body: ended, on, times: 4 });
    expect(await bench.provider.get(id)).toMatchObject({ available: true });
    expect(tokens()).toBe(1 + 4);
    bench.emulator.faults.add({ fault: 'status', status: 401, body: ended, on, times: 'always' });
    await expect(bench.provider.get(id)).rejects.toMatchObject({ code: 'unauthorized' });
    expect(tokens()).toBe(1 + 4 + 4);
  });

  test.each([4711, 4700] as const)('without a scope is an error that names it (%s)', async (missingScope) => {
    await bench.close();
    bench = await startZoomBench({ switches: { missingScope } });
    bench.emulator.limitScopes('team', ['meeting:read:list_meetings:admin']);
    await expect(create()).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/meeting:write:meeting:admin.*add the scope/),
    });
  });

  test('of an app that belongs to another account is an error that says so', async () => {
    const { zoom } = await import('../../../functions/adapters/zoom/provider.ts');
    const secrets = { read: async () => 'first-client-secret' };
    const provider = zoom({ ...bench.entry, accountId: 'elsewhere' }, { now: bench.now, secrets });
    await expect(provider.get('84512239077')).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('account elsewhere'),
    });
  });
});

describe('an account that is examined', () => {
  const examined = async () => {
    const secrets = { read: async () => 'first-client-secret' };
    const faults = await ZOOM.examine?.(bench.entry, { now: bench.now, secrets });
    return faults?.map(({ found }) => found);
  };

  test('has nothing wrong with it where its app may do everything and its hosts have licences', async () => {
    expect(await examined()).toEqual([]);
  });

  test('lacks scopes, which are named each, and needs none that an older one covers', async () => {
    bench.emulator.limitScopes('team', ['meeting:write:admin', 'user:read:user:admin']);
    expect(await examined()).toEqual([
      'its app lacks the scope meeting:read:meeting:admin',
      'its app lacks the scope meeting:read:list_meetings:admin',
    ]);
  });

  test('needs the scopes that the guide lists, and no others', async () => {
    bench.emulator.limitScopes('team', []);
    const guide = readFileSync(new URL('../../../docs/guide/settings.md', import.meta.url), 'utf8');
    const listed = [...guide.matchAll(/^- `([\w:]+:admin)`$/gm)].map(([, scope]) => scope);
    expect(await examined()).toEqual(listed.map((scope) => `its app lacks the scope ${scope}`));
  });

  test('has a host without a licence, and one who is none of its users', async () => {
    await bench.close();
    bench = await startZoomBench({
      hosts: ['basic@example.org', 'nobody@example.org'],
      accounts: [
        {
          accountId: 'team',
          clientId: 'app',
          clientSecrets: ['first-client-secret'],
          hosts: [{ email: 'basic@example.org', type: 1 }],
        },
      ],
    });
    expect(await examined()).toEqual([
      'host basic@example.org has no licence, so its meetings end after 40 minutes',
      'host nobody@example.org is no user of the account',
    ]);
  });
});

test('a page that counts meetings and has no list of them is not an empty list', async () => {
  const { token = '' } = await create();
  const body = { page_size: 300, total_records: 1, next_page_token: '' };
  const on = 'GET /users/:id/meetings';
  bench.emulator.faults.add({ fault: 'status', status: 200, body, on, times: 'always' });
  await expect(bench.provider.find(token)).rejects.toMatchObject({ code: 'ambiguous_outcome' });
});

test('the list of many hosts goes on where it stopped, also after its place is over', async () => {
  await bench.addStrangers(1000);
  const ids = async (from?: string) => {
    const pages: { readonly ids: readonly string[]; readonly reached: string | undefined }[] = [];
    let reached: string | undefined;
    const note = (cursor: string) => {
      reached = cursor;
    };
    for await (const page of bench.provider.list({ ...(from !== undefined && { from }), reached: note })) {
      pages.push({ ids: page.map(({ id }) => id), reached });
    }
    return pages;
  };
  const whole = await ids();
  expect(new Set(whole.flatMap((page) => page.ids)).size).toBe(1000);
  const [first] = whole;
  const rest = await ids(first?.reached);
  expect(rest.flatMap((page) => page.ids)).toEqual(whole.slice(1).flatMap((page) => page.ids));
  bench.turn(HOUR);
  expect((await ids(first?.reached)).flatMap((page) => page.ids)).toHaveLength(1000);
});

describe('a meeting that somebody else made', () => {
  const scheduled = async (host: string, body: object) => {
    bench.emulator.schedule(host, { topic: 'Theirs', ...body });
    const [meeting] = bench.emulator.meetings();
    return bench.provider.get(String(meeting?.id));
  };

  test('can be taken over where its host is one of the application, and it has one date or none', async () => {
    const room = await scheduled(HOSTS[0] ?? '', { type: 3 });
    expect(room).toMatchObject({ byUse: true, settings: { display_name: 'Theirs' } });
    expect(room?.obstacle).toBeUndefined();
  });

  test('cannot where it has times of its own, or a host that no list shows', async () => {
    const series = { type: 8, start_time: '2030-02-01T09:00:00Z', recurrence: { type: 1, end_times: 3 } };
    expect((await scheduled(HOSTS[0] ?? '', series))?.obstacle).toContain('times of its own');
    bench.turn(MINUTE);
    const [other] = [bench.emulator.schedule('somebody@example.org', { topic: 'Other', type: 3 })];
    expect((await bench.provider.get(String(other.id)))?.obstacle).toContain('no host of the application');
  });
});
