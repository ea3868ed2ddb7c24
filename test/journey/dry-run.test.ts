import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rehearsedLines } from '../../local/demo/text.ts';
import { moveAhead, readSubmission } from '../../local/rooms/example.ts';
import { asMessage } from '../../local/rooms/rehearsal.ts';
import { journey } from './journey.ts';

const system = journey({ calendarFiles: 'on' });

const REQUEST = { key: 'team/dry', display_name: 'Dry', lifetime: 'P30D' };

/** A dry run, after which everything is as it was; then the same in earnest. */
async function both(body: unknown, key = 'team/dry'): Promise<readonly [dry: string, earnest: string]> {
  const { doors, ask, emulator } = system();
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const before = [await doors.rooms(), doors.announcements().length, emulator.rooms()];
  const [dry] = await doors.rehearse(text);
  expect([await doors.rooms(), doors.announcements().length, emulator.rooms()]).toEqual(before);
  await ask(text);
  const room = await doors.room(key);
  return [`${dry?.outcome} ${dry?.state ?? ''}`.trim(), room?.state ?? 'none'];
}

test('a dry run does nothing, and says of each request what then happens', async () => {
  expect(await both(REQUEST)).toEqual(['created active', 'active']);
  expect(await both(REQUEST)).toEqual(['unchanged active', 'active']);
  expect(await both({ ...REQUEST, lifetime: 'P60D' })).toEqual(['updated active', 'active']);
  expect(await both({ key: 'team/dry', action: 'hold' })).toEqual(['held held', 'held']);
  expect(await both({ key: 'team/dry', action: 'rotate' })).toEqual([
    expect.stringMatching(/^rotated (held|active)$/),
    expect.stringMatching(/held|active/),
  ]);
  expect(await both({ key: 'team/dry', action: 'cancel' })).toEqual(['cancelled cancelled', 'cancelled']);
});

test('what would be refused says why', async () => {
  const { doors } = system();
  expect(await doors.rehearse('{"key":"a b"}')).toMatchObject([
    { key: '-', outcome: 'refused', reason: expect.stringMatching(/display_name: is missing; key: must/) },
  ]);
  expect(await doors.rehearse('{"key":"none","action":"rotate"}')).toMatchObject([
    { key: 'none', action: 'rotate', outcome: 'tried again', reason: expect.stringContaining('none') },
  ]);
});

test('an import is left to the command that asks the provider', async () => {
  const { doors } = system();
  const body = { key: 'team/own', action: 'import', application: 'emulator', room: '4711' };
  const dry = await doors.rehearse(JSON.stringify(body));
  expect(dry.flatMap(rehearsedLines)).toEqual([
    'team/own  import: is not known yet; would be looked for at its provider',
    '  this run asks no provider: import --dry-run does, and says what would come of it',
  ]);
  expect(await doors.rehearse(JSON.stringify({ ...body, room: '' }))).toMatchObject([{ outcome: 'refused' }]);
});

test('an event and a file go through their own parsers', async () => {
  const { doors, stack } = system();
  const example = (name: string) =>
    moveAhead(readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8'), stack.clock.now());
  const submission = readSubmission(example('calendar-event.json'), 'f');
  if (submission.way !== 'bus') throw new Error('an event goes to the bus');
  expect(await doors.rehearse(asMessage(submission.event))).toMatchObject([
    { key: 'ical:platform-team:weekly-review', action: 'ensure', outcome: 'created', state: 'ending' },
  ]);
  expect(await doors.rehearseCalendar('calendar.ics', example('calendar.ics'))).toMatchObject([
    { key: 'ical:calendar:all-hands@example.com', outcome: 'created' },
    { key: 'ical:calendar:kick-off@example.com', outcome: 'created' },
  ]);
  expect(await doors.rehearseCalendar('bad.ics', 'no calendar')).toMatchObject([
    { outcome: 'refused', reason: expect.stringContaining('bad.ics: ') },
  ]);
});

test('a person reads what there is, what would become of it, why, and what would be missing', () => {
  const row = { state: 'active', generation: 2, expiresAt: '2027-01-02T03:04:00.000Z' };
  expect(
    rehearsedLines({
      key: 'a',
      action: 'ensure',
      found: row,
      outcome: 'updated',
      state: 'active',
      expiresAt: '2027-02-02T03:04:00.000Z',
      warnings: ['theme_id: impossible'],
    }),
  ).toEqual([
    'a  ensure: is in generation 2, active until 2027-01-02 03:04 UTC; would be updated (active until 2027-02-02 03:04 UTC)',
    '  warning: theme_id: impossible',
  ]);
  expect(
    rehearsedLines({ ...row, key: 'a', action: 'ensure', outcome: 'created', state: 'ending', warnings: [] }),
  ).toEqual(['a  ensure: is not known yet; would be created (until 2027-01-02 03:04 UTC)']);
  expect(
    rehearsedLines({ key: '-', action: '-', outcome: 'refused', reason: 'body: bad', warnings: [] }),
  ).toEqual(['it would be refused', '  body: bad']);
});
