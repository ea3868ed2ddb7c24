import { expect, test } from 'vitest';
import { calendar, vevent } from '../requests/calendar/texts.ts';
import { DAY, journey } from './journey.ts';

const system = journey({ calendarScope: 'occurrence', calendarHorizon: 'P10D', calendarReadEvery: 'P1D' });

/** In the middle of the day, so that the days of a test are whole. */
function series(sequence: number): object {
  const start = new Date(Math.floor(Date.now() / DAY) * DAY + 1.5 * DAY)
    .toISOString()
    .replace(/[-:]|\.\d+/g, '');
  const times = ['SUMMARY:Stand-up', `DTSTART:${start}`, 'DURATION:PT30M', 'RRULE:FREQ=WEEKLY'];
  return {
    icalendar: calendar(vevent(`SEQUENCE:${sequence}`, 'ATTENDEE:mailto:somebody@example.com', ...times)),
  };
}

async function rooms(): Promise<string[]> {
  const all = await system().doors.rooms();
  return all.filter(({ name }) => name === 'Stand-up').map(({ state }) => state);
}

test('a series has a room for each occurrence, made when it is near, until the series is cancelled', async () => {
  const { tell, stack, deadLetters } = system();
  await tell('Calendar Event Created', series(0));
  expect(await rooms()).toEqual(['ending', 'ending']);

  await stack.turnTo(stack.clock.now() + 8 * DAY);
  await stack.settle();
  expect(await rooms()).toEqual(['ending', 'ending', 'ending']);

  await tell('Calendar Event Cancelled', series(1));
  // the first is over, and nobody's any more
  expect((await rooms()).filter((state) => state === 'cancelled').length).toBeGreaterThan(1);
  const before = (await rooms()).length;
  await stack.turnTo(stack.clock.now() + 14 * DAY);
  expect(await rooms()).toHaveLength(before);
  expect(deadLetters()).toEqual([]);
});
