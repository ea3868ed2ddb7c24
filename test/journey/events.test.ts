import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import type { RoomRecord } from '../../emulators/meetings-api/room.ts';
import { DAY, journey } from './journey.ts';

const system = journey();

const schema = JSON.parse(readFileSync(new URL('../../docs/event.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
const isEvent = ajv.compile(schema);

const room = { key: 'team', display_name: 'Team', lifetime: 'P30D' };

test('the bus hears of every end, in events as their JSON Schema has them', async () => {
  const { ask, doors, emulator, inDays, stack, tell } = system();
  await ask(room);
  await ask({ ...room, join_approval_level: 'explicit_approval' });
  await ask({ key: 'team', action: 'hold' });
  await ask({ key: 'team', action: 'release' });
  await ask({ key: 'team', action: 'rotate' });
  await ask({ ...room, lifetime: 'tomorrow' });
  await ask({ display_name: 'No life' });
  await ask({ key: 'nobody', action: 'release' });
  await ask({ ...room, key: 'short', lifetime: 'PT11M', renewal: { mode: 'recreate' } });
  await doors.send('not JSON');
  await stack.settle();
  await ask({ ...room, key: 'short-lived', lifetime: 'PT5H', renewal: { mode: 'none' } });
  for (const type of ['Calendar Event Create', 'Calender Event Created', 'room requested'])
    await tell(type, {});
  await ask({ key: 'unheard-of', action: 'cancel' });
  await ask({ key: 'team', action: 'cancel' });
  // a room of this deployment that no row knows
  const [{ applicationId, metadata }] = emulator.kept() as [RoomRecord];
  const expires_at = inDays(30);
  emulator.addRoom(applicationId, { display_name: 'Twin', type: 'long_term', metadata, expires_at });
  // whenever the day began, reconciliation runs once more after the short-lived room has ended
  await stack.turnTo(stack.clock.now() + 2 * DAY);

  const events = doors.announcements().map(({ event }) => event);
  for (const event of events)
    expect([isEvent(event), event, ajv.errorsText(isEvent.errors)]).toEqual([true, event, 'No errors']);
  const types = events.map((event) => event['detail-type']);
  expect([...new Set(types)].sort()).toEqual([
    'Request Failed',
    'Request Refused',
    'Room Cancelled',
    'Room Created',
    'Room Ended',
    'Room Held',
    'Room Rejected',
    'Room Released',
    'Room Rotated',
    'Room Updated',
    'Rooms Reconciled',
  ]);
  const refused = events
    .filter((event) => event['detail-type'] === 'Request Refused')
    .map(({ detail }) => detail);
  expect(refused).toMatchObject([
    { key: 'team', reason: expect.stringMatching(/^lifetime: must/) },
    { reason: expect.stringMatching(/^body: needs expires_at or lifetime/) },
    { key: 'short', reason: expect.stringMatching(/^renewal: /) },
    { reason: expect.stringMatching(/^body: must be JSON/) },
    { reason: expect.stringMatching(/^detail-type: must be .* got "Calendar Event Create"/) },
    { reason: expect.stringMatching(/^detail-type: must be .* got "Calender Event Created"/) },
    { reason: expect.stringMatching(/^detail-type: must be .* got "room requested"/) },
  ]);
  expect(events.filter(({ detail }) => (detail as { key?: string }).key === 'unheard-of')).toMatchObject([
    {
      'detail-type': 'Room Cancelled',
      detail: {
        generation: 0,
        warnings: [expect.stringMatching(/^key: room .* was cancelled before any request/)],
      },
    },
  ]);
  const failed = events
    .filter((event) => event['detail-type'] === 'Request Failed')
    .map(({ detail }) => detail);
  expect(failed).toMatchObject([
    { key: 'nobody', reason: expect.stringContaining('no room nobody was ever asked for') },
  ]);
});
