import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { moveAhead, readSubmission } from '../../local/rooms/example.ts';
import { journey } from './journey.ts';

const system = journey();
const EXAMPLES = new URL('../../examples/', import.meta.url);

/** In the order in which they make sense, and the state that the room is in afterwards. */
const STORY: readonly (readonly [file: string, state: string])[] = [
  ['room-request.json', 'active'],
  ['room-requested-event.json', 'active'],
  ['cancel-request.json', 'cancelled'],
  ['calendar-event.json', 'ending'],
  ['calendar-event-rescheduled.json', 'ending'],
  ['calendar-event-cancelled.json', 'cancelled'],
  ['calendar-google.json', 'active'],
  ['calendar-graph.json', 'ending'],
  ['calendar-cal-com.json', 'ending'],
  ['on-demand-request.json', 'on-demand'],
];

test.each(STORY)('examples/%s leaves its room %s, and says so', async (file, state) => {
  const { doors, deadLetters, stack } = system();
  const told = doors.announcements().length;
  const submission = readSubmission(
    moveAhead(readFileSync(new URL(file, EXAMPLES), 'utf8'), stack.clock.now()),
    file,
  );
  await (submission.way === 'queue' ? doors.send(submission.body) : doors.put(submission.event));
  await stack.settle();

  expect(deadLetters()).toEqual([]);
  expect(doors.announcements().slice(told)).toMatchObject([{ event: { detail: { state } } }]);
});

test('there is no example that nobody tries', () => {
  // calendars are put into a bucket, and are tried there
  const sent = readdirSync(EXAMPLES).filter((file) => !file.endsWith('.ics'));
  expect(sent.toSorted()).toEqual(STORY.map(([file]) => file).toSorted());
});
