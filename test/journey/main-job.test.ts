import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { hostLinkOf } from '../../doctor/host-link.ts';
import { PROVIDERS, type ProviderEntry } from '../../functions/adapters/providers.ts';
import { DUMMY_CREDENTIALS } from '../../local/engines/credentials.ts';
import { LOCAL_PROVIDERS } from '../../local/rooms/providers.ts';
import { DAY, journeyWith } from './journey.ts';

const PROVIDER_NAMES = Object.keys(PROVIDERS) as ProviderEntry['provider'][];

describe.each(PROVIDER_NAMES)('the main job with %s', (name) => {
  const system = journeyWith(() => LOCAL_PROVIDERS[name]());

  /** The provider's own id of the room that was made last. */
  const newest = () => system().emulator.inventory().at(-1)?.id;
  /** Whether people can enter that room. */
  const usable = (room: string | undefined) =>
    system()
      .emulator.inventory()
      .some(({ id, usable }) => id === room && usable);

  afterEach(() => expect(system().deadLetters()).toEqual([]));

  afterAll(() => {
    const { doors, emulator } = system();
    console.log(
      `${name}: ${emulator.inventory().length} rooms made by ${emulator.calls.all.length} calls, ` +
        `${doors.announcements().length} announcements`,
    );
  });

  test("the guide's example becomes a room, and a night before its end another one with another link", async () => {
    const { doors, stack, inDays, news, room } = system();
    const messageId = await doors.send(
      JSON.stringify({
        display_name: 'New Meeting Room',
        type: 'long_term',
        expires_at: inDays(30),
        recording_options: { auto_record: true },
        theme_id: 'e8b1d80b-8f78-4578-94f2-328596e01387',
      }),
    );
    await stack.settle();

    const key = `message:${messageId}`;
    const firstRoom = newest();
    const first = await room(key);
    expect(first).toMatchObject({ state: 'active', generation: 1, name: 'New Meeting Room' });
    expect(news(key)).toEqual([['Room Created', 1, 'requested']]);

    await stack.turnTo(Date.parse(first.renewAt as string) + DAY);

    const second = await room(key);
    expect(second).toMatchObject({ state: 'active', generation: 2, previousGuestUrl: first.guestUrl });
    expect(second.guestUrl).not.toBe(first.guestUrl);
    expect(news(key)).toEqual([
      ['Room Created', 1, 'requested'],
      ['Room Rotated', 2, 'renewal'],
    ]);
    const secondRoom = newest();
    // the old link still works on the day of the renewal, and has ended by itself a week later
    expect([usable(firstRoom), usable(secondRoom)]).toEqual([true, true]);
    await stack.turnTo(Date.parse(first.expiresAt as string) + PROVIDERS[name].capabilities.grace + 1000);
    expect([usable(firstRoom), usable(secondRoom)]).toEqual([false, true]);
  });

  test('asking twice with the same content changes nothing', async () => {
    const { ask, emulator, inDays, news, room } = system();
    const request = { key: 'twice', display_name: 'Twice', expires_at: inDays(20) };
    await ask(request);
    const [before, made] = [await room('twice'), emulator.inventory().length];
    await ask(request);
    expect(await room('twice')).toEqual(before);
    expect(emulator.inventory()).toHaveLength(made);
    expect(news('twice')).toEqual([['Room Created', 1, 'requested']]);
  });

  test('a later expiry is had, with the same link where the provider can move an expiry', async () => {
    const { ask, inDays, news, provider, room } = system();
    await ask({ key: 'later', display_name: 'Later', expires_at: inDays(20) });
    const { guestUrl } = await room('later');
    const expires_at = inDays(40);
    await ask({ key: 'later', display_name: 'Later', expires_at });
    const after = await room('later');
    expect(after.expiresAt?.slice(0, 19)).toBe(expires_at.slice(0, 19));
    expect([after.generation, after.guestUrl === guestUrl, news('later').map(([type]) => type)]).toEqual(
      provider.movesExpiry
        ? [1, true, ['Room Created', 'Room Updated']]
        : [2, false, ['Room Created', 'Room Rotated']],
    );
  });

  test('another name is had, by a new generation where the provider cannot rename a room', async () => {
    const { ask, inDays, news, room } = system();
    const expires_at = inDays(20);
    await ask({ key: 'name', display_name: 'Before', expires_at });
    const before = await room('name');
    await ask({ key: 'name', display_name: 'After', expires_at });
    const after = await room('name');
    const renames = PROVIDERS[name].capabilities.changeable.includes('display_name');
    expect([after.name, after.generation, after.guestUrl === before.guestUrl]).toEqual(
      renames ? ['After', 1, true] : ['After', 2, false],
    );
    expect(news('name').map(([type]) => type)).toEqual([
      'Room Created',
      renames ? 'Room Updated' : 'Room Rotated',
    ]);
  });

  test('a room that is cancelled ends, and is not renewed any more', async () => {
    const { ask, inDays, news, room, stack } = system();
    await ask({ key: 'cancelled', display_name: 'To be cancelled', expires_at: inDays(3) });
    const made = newest();
    expect(usable(made)).toBe(true);
    await ask({ key: 'cancelled', action: 'cancel' });
    expect((await room('cancelled')).state).toBe('cancelled');
    await stack.turnTo(stack.clock.now() + DAY);
    expect(usable(made)).toBe(false);
    await stack.turnTo(stack.clock.now() + 3 * DAY);
    expect(news('cancelled').map(([type]) => type)).toEqual(['Room Created', 'Room Cancelled']);
  });

  test('its host link lets a person in as the host, and is given to nobody who does not ask', async () => {
    const { ask, doors, emulator, inDays, stack } = system();
    await ask({ key: 'hosted', display_name: 'Hosted', expires_at: inDays(20) });
    const { environment } = stack;
    const at = (service: string) => ({
      region: environment.AWS_REGION as string,
      endpoint: environment[`AWS_ENDPOINT_URL_${service}`] as string,
      credentials: DUMMY_CREDENTIALS,
    });
    const clients = {
      dynamoDb: new DynamoDBClient(at('DYNAMODB')),
      secrets: new SecretsManagerClient(at('SECRETS_MANAGER')),
    };
    const link = await hostLinkOf('hosted', doors, clients);
    expect(emulator.enter(link)).toMatchObject({ role: 'host', roomId: newest() });
    await expect(hostLinkOf('nobody', doors, clients)).rejects.toThrow('there is no room nobody');
    await ask({ key: 'hosted', action: 'cancel' });
    await expect(hostLinkOf('hosted', doors, clients)).rejects.toThrow('is cancelled and cannot be entered');
  });

  test('the same body takes the same way as an event on the bus', async () => {
    const { tell, news, room } = system();
    await tell('Room Requested', { key: 'by-event', display_name: 'By event', lifetime: 'P10D' });
    expect(await room('by-event')).toMatchObject({ state: 'active', generation: 1, name: 'By event' });
    await tell('Room Cancelled', { key: 'by-event' });
    expect((await room('by-event')).state).toBe('cancelled');
    expect(news('by-event').map(([type]) => type)).toEqual(['Room Created', 'Room Cancelled']);
  });

  test('an announcement of our own that looks like a request asks for nothing', async () => {
    const { doors, stack } = system();
    await doors.put({
      source: 'evergreen-rooms',
      'detail-type': 'Room Cancelled',
      detail: { key: 'by-event' },
    });
    expect(stack.buses.seen.at(-1)).toMatchObject({ rules: [] });
  });

  test('an announcement that the bus refuses is made again when the message comes back, and only then', async () => {
    const { ask, emulator, news, room, stack } = system();
    let refused = 0;
    stack.buses.fault = ({ Detail = '' }) => {
      if (!Detail.includes('refused') || refused > 1) return undefined;
      refused++;
      return { code: 'ThrottlingException', message: 'Rate exceeded' };
    };
    const made = emulator.inventory().length;
    await ask({ key: 'refused', display_name: 'Refused by the bus', lifetime: 'P10D' });
    expect(refused).toBe(2);
    expect(news('refused')).toEqual([['Room Created', 1, 'requested']]);
    expect(await room('refused')).toMatchObject({ state: 'active', generation: 1 });
    expect(emulator.inventory()).toHaveLength(made + 1);
  });

  test('a room without renewal ends at its expiry', async () => {
    const { ask, inDays, room, stack } = system();
    await ask({ key: 'once', display_name: 'Once', expires_at: inDays(3), renewal: { mode: 'none' } });
    const made = newest();
    expect((await room('once')).state).toBe('ending');
    expect(usable(made)).toBe(true);
    await stack.turnTo(stack.clock.now() + 4 * DAY + PROVIDERS[name].capabilities.grace);
    expect(usable(made)).toBe(false);
  });
});
