import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CalendarSettings } from '../../../functions/requests/calendar/event/settings.ts';
import type { ParsedMessage } from '../../../functions/requests/message.ts';
import { parseMessage } from '../../../functions/requests/parse.ts';
import { RequestRefusedError } from '../../../functions/rooms/model/errors.ts';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { startCountingWork } from '../../support/work.ts';
import { body, busEvent, message } from '../incoming.ts';
import { DATES, EXCEPTIONS, RULES, SINGLE, WRITING } from './cases.ts';
import { CAL_COM, GOOGLE, GRAPH, ICALENDAR } from './stories.ts';
import { calendar, EXACT, vevent } from './texts.ts';

/**
 * Bodies that were right once and are damaged at random: each must end in requests or in a refusal, after a bounded
 * amount of work. Work is counted in blocks of code, which are the same on every machine.
 * `npm run fuzz` does it 100,000 times; FUZZ_SEED repeats a run.
 */
const RUNS = Number(process.env.FUZZ_RUNS ?? 600);
const SEED = Number(process.env.FUZZ_SEED ?? 20270115);

/** How many blocks of code one body may run: the 100,000 steps that a recurrence may take come to less than 9,000,000. */
const MOST_BLOCKS = 10_000_000;

/** A small generator of even numbers from a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = randomFrom(SEED);
const below = (limit: number) => Math.floor(random() * limit);
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;

const TEXTS = [...SINGLE, ...RULES, ...DATES, ...EXCEPTIONS, ...WRITING].map(([, text]) => text);

const DETAILS = [GOOGLE, GRAPH, CAL_COM, ICALENDAR].flatMap(({ steps }) =>
  steps.map(([{ detail }]) => detail),
);

/** What a hostile or a careless hand may put in place of something right. */
const WORDS = [
  '',
  '0',
  '-1',
  '1',
  '9999999999',
  '-9999999999',
  '1e308',
  'NaN',
  'null',
  'true',
  '[]',
  '{}',
  '"',
  '\\',
  '\r\n',
  '\r\n ',
  '\u0000',
  '\ud83c',
  '\u202e',
  '..',
  '/',
  ';',
  ':',
  ',',
  '=',
  '%00',
  '__proto__',
  'constructor',
  'toString',
  'P',
  'PT',
  'P99999W',
  'T',
  'Z',
  '+9999',
  'FREQ=SECONDLY',
  'FREQ=MINUTELY',
  'FREQ=YEARLY;INTERVAL=99999',
  'COUNT=999999999',
  'COUNT=0',
  'INTERVAL=0',
  'UNTIL=99991231T235959Z',
  'BYSETPOS=-366',
  'BYMONTHDAY=31;BYMONTH=2',
  'BYDAY=53MO',
  'BYWEEKNO=53',
  'BYYEARDAY=366',
  'BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23',
  '00000101T000000',
  '99991231T235959Z',
  '20270230T000000Z',
  'Europe/Berlin',
  'Customized Time Zone',
  'BEGIN:VEVENT',
  'END:VEVENT',
  'END:VCALENDAR',
  'BEGIN:VTIMEZONE',
  'RRULE:FREQ=DAILY',
  'EXRULE:FREQ=SECONDLY',
  'METHOD:CANCEL',
  'RECURRENCE-ID:20270115T090000Z',
  'STATUS:CANCELLED',
  'x'.repeat(3000),
];

function damagedText(text: string): string {
  const at = below(text.length + 1);
  const length = below(12);
  switch (below(7)) {
    case 0:
      return text.slice(0, at) + pick(WORDS) + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at) + pick(WORDS) + text.slice(at + length);
    case 3:
      return text.slice(0, at) + String.fromCharCode(below(0x250)) + text.slice(at + 1);
    case 4: {
      const lines = text.split('\r\n');
      lines.splice(below(lines.length), below(2), pick(lines), pick(pick(TEXTS).split('\r\n')));
      return lines.join('\r\n');
    }
    case 5:
      return text.slice(0, at);
    default:
      return text.replace(/\d+/g, (digits) =>
        random() < 0.1 ? String(below(10 ** Math.min(digits.length, 9))) : digits,
      );
  }
}

/** A value whose parts are damaged here and there. */
function damagedValue(value: unknown, rate: number): unknown {
  if (random() < rate)
    return pick<unknown>([
      null,
      0,
      -1,
      1e300,
      '',
      [],
      {},
      true,
      pick(WORDS),
      2027,
      ['x'],
      { dateTime: '2027-01-01' },
    ]);
  if (typeof value === 'string') return random() < rate ? damagedText(value) : value;
  if (Array.isArray(value)) return value.map((part) => damagedValue(part, rate));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(() => random() > rate / 2);
  return Object.fromEntries(entries.map(([name, part]) => [name, damagedValue(part, rate)]));
}

function damagedBody(): string {
  const type = pick(['Calendar Event Created', 'Calendar Event Updated', 'Calendar Event Cancelled']);
  const kind = below(10);
  if (kind < 6) {
    let text = pick(TEXTS);
    for (let times = 1 + below(4); times > 0; times -= 1) text = damagedText(text);
    return JSON.stringify(busEvent(type, { icalendar: text }));
  }
  if (kind < 8) return JSON.stringify(busEvent(type, damagedValue(pick(DETAILS), 0.08)));
  const whole = JSON.stringify(
    kind === 8 ? busEvent(type, pick(DETAILS)) : body({ key: 'a', renewal: { mode: 'extend' } }),
  );
  return damagedText(whole);
}

function check({ requests, split, skipped }: ParsedMessage): void {
  expect(requests.length + split.length + Number(skipped !== undefined)).toBeGreaterThan(0);
  for (const { key, action, spec, sequence } of requests) {
    expect(key).toMatch(/^[A-Za-z0-9\-_.:@/]{1,128}$/);
    expect(sequence.value).not.toBe('');
    if (action !== 'ensure') continue;
    const name = spec?.settings.display_name ?? '';
    expect([...name].length).toBeGreaterThan(0);
    expect([...name].length).toBeLessThanOrEqual(200);
    for (const instant of [spec?.expiresAt, spec?.lifetime, spec?.renewal.until]) {
      if (instant !== undefined) expect(new Date(instant).getTime()).toBe(instant);
    }
  }
  for (const text of split) JSON.parse(text);
}

let counting: Awaited<ReturnType<typeof startCountingWork>>;

beforeAll(async () => {
  counting = await startCountingWork();
});

afterAll(() => counting.stop());

const parsed = (text: string, settings: CalendarSettings = EXACT) =>
  parseMessage(message(text), { calendar: settings }).catch((error: unknown) => error);

async function counted(text: string, settings: CalendarSettings = EXACT) {
  await counting.take();
  const result = await parsed(text, settings);
  return { result, work: await counting.take() };
}

/** How many bodies are counted at once: a look at the counters costs more than most bodies. */
const TOGETHER = 50;

test(`${RUNS} damaged bodies end in requests or in a refusal, and none runs ${MOST_BLOCKS} blocks of code (seed ${SEED})`, async () => {
  let most = 0;
  let refused = 0;
  for (let begin = 0; begin < RUNS; begin += TOGETHER) {
    const texts = Array.from({ length: Math.min(TOGETHER, RUNS - begin) }, damagedBody);
    await counting.take();
    for (const [nth, text] of texts.entries()) {
      const result = await parsed(text);
      if (result instanceof RequestRefusedError) refused += 1;
      else if (result instanceof Error) throw new Error(`run ${begin + nth}: ${text}`, { cause: result });
      else check(result as ParsedMessage);
    }
    const work = await counting.take();
    most = Math.max(most, work);
    // what all of them do together, each does not do alone
    if (work < MOST_BLOCKS) continue;
    for (const [nth, text] of texts.entries()) {
      expect((await counted(text)).work, `run ${begin + nth}: ${text}`).toBeLessThan(MOST_BLOCKS);
    }
  }
  console.log(`${RUNS} runs, ${refused} refused, the most work of ${TOGETHER} was ${most} blocks`);
}, 1_200_000);

/** So many local times, a day apart. */
const days = (count: number, from = Date.UTC(1970, 0, 15, 9)) =>
  Array.from({ length: count }, (_, day) =>
    new Date(from + day * DAY).toISOString().slice(0, 19).replace(/[-:]/g, ''),
  );

const berlin = (...lines: string[]) =>
  vevent('DTSTART;TZID=Europe/Berlin:19700115T090000', 'DURATION:P1DT1H', ...lines);

const FICKLE = [
  'BEGIN:VTIMEZONE',
  'TZID:Fickle One',
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0000',
  'TZOFFSETTO:+0100',
  `RDATE:${days(7000)}`,
  'END:STANDARD',
  'END:VTIMEZONE',
].join('\r\n');

describe.each(['series', 'occurrence'] as const)('with a room for each %s', (scope) => {
  test.each([
    ['14,000 more days', calendar(berlin(`RDATE;TZID=America/New_York:${days(14_000)}`))],
    [
      '14,000 days taken out',
      calendar(berlin('RRULE:FREQ=DAILY;COUNT=9000', `EXDATE;TZID=America/New_York:${days(14_000)}`)),
    ],
    [
      '1,200 rules that add',
      calendar('METHOD:ADD', ...days(1200).map(() => berlin('RRULE:FREQ=DAILY;COUNT=40'))),
    ],
    [
      '2,000 days by a clock that is changed every day',
      calendar(
        FICKLE,
        vevent(`DTSTART;TZID=Fickle One:19700115T090000`, `RDATE;TZID=Fickle One:${days(2000)}`),
      ),
    ],
  ])(`%s run fewer than ${MOST_BLOCKS} blocks of code`, async (_, icalendar) => {
    const body = JSON.stringify(busEvent('Calendar Event Created', { icalendar }));
    const { result, work } = await counted(body, { ...EXACT, scope });
    expect(String(result)).toContain('recurrence: working it out takes more than 100000 steps');
    expect(work).toBeLessThan(MOST_BLOCKS);
  });
});
