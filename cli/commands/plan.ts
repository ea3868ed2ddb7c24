import { REMEMBERED } from '../../functions/rooms/model/occurrences.ts';
import { DAY } from '../../functions/rooms/model/time.ts';
import { columns, firstOf, moment } from '../../local/demo/text.ts';
import { command } from '../frame/command.ts';
import { CallError, EXIT, type ExitCode } from '../frame/errors.ts';
import { countOf } from '../frame/parse.ts';
import { painted, type Terminal } from '../frame/terminal.ts';
import { wrapped } from '../frame/wrap.ts';
import { iso } from '../pages/listed-room.ts';
import { coming, type Night } from '../pages/nights.ts';
import { type Overlap, type Overlaps, overlapsOf } from '../pages/overlaps.ts';

/** The number of nights, if a person does not name one. */
const NIGHTS = '14';

/** The most nights: rooms that are due later are replaced before then. */
const MOST_NIGHTS = 366;

export const plan = command({
  name: 'plan',
  summary: 'shows what the coming nights will renew, by night and by account',
  usage: '',
  most: 0,
  flags: {
    nights: { type: 'string', value: 'N', help: `how many nights; default ${NIGHTS}` },
    night: {
      type: 'string',
      value: 'DATE',
      help: 'lists the keys of one night, such as 2027-01-31',
      without: ['nights', 'ask'],
    },
    ask: {
      type: 'boolean',
      help: 'also asks Zoom for the hosts of the rooms, and warns of meetings at the same time; reads the credentials',
    },
    json: { type: 'boolean', help: 'as JSON (docs/command.schema.json)' },
  },
  reach: 'any',
  details:
    'It reads the index of rooms that are due, and runs the planner on it without sending anything: what is above the\n' +
    'limit of an account waits for the next night. A night is a day in UTC. Rooms that are renewed move on, so a later\n' +
    'night also has what the earlier ones do not show yet.',
  examples: [
    ['plan', 'the next fourteen nights'],
    ['plan --night 2027-01-31', 'which rooms are renewed then'],
    ['plan --ask', 'and which meetings of a host are planned at the same time'],
  ],
  async run({ flags, terminal, deployment }) {
    const count = countOf('nights', flags.nights ?? NIGHTS);
    if (count > MOST_NIGHTS) throw new CallError(`--nights must be at most ${MOST_NIGHTS}, got ${count}`);
    const found = await deployment();
    const now = found.now();
    if (flags.night !== undefined) {
      const ahead = nightOf(flags.night, now);
      const keys = (await coming(found, ahead + 1, now))[ahead]?.keys ?? [];
      return sayKeys(keys, flags.json, terminal);
    }
    const nights = await coming(found, count, now);
    const askedFor = () =>
      overlapsOf(found, now + count * DAY, (read) =>
        terminal.progress(`${read.toLocaleString('en')} rows read`),
      );
    if (flags.json) {
      const planned = nights.map(({ keys: _keys, ...night }) => night);
      const output = flags.ask ? { nights: planned, ...overlapsAsJson(await askedFor()) } : planned;
      terminal.progress();
      await terminal.say(JSON.stringify(output, null, 2));
      return EXIT.done;
    }
    for (const line of picture(nights, found.rotationsPerRun, terminal)) await terminal.say(line);
    if (flags.ask) {
      const { found: overlaps, unseen } = await askedFor();
      terminal.progress();
      const warnings = [...overlaps.map(warningOf), ...(unseen.length > 0 ? [unseenOf(unseen)] : [])];
      for (const warning of warnings) await terminal.say(painted(terminal, 'yellow', warning));
    }
    return EXIT.done;
  },
});

const overlapsAsJson = ({ found, unseen }: Overlaps) => ({
  overlaps: found.map(({ at, ...overlap }) => ({ ...overlap, at: iso(at) })),
  unseen,
});

async function sayKeys(keys: readonly string[], isJson: boolean, terminal: Terminal): Promise<ExitCode> {
  for (const line of isJson ? [JSON.stringify(keys)] : keys) await terminal.say(line);
  if (keys.length === 0 && !isJson) terminal.note('no room is renewed in that night');
  return EXIT.done;
}

/** @returns how many nights ahead it is */
function nightOf(text: string, now: number): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  const today = Math.floor(now / DAY) * DAY;
  const ahead = (at - today) / DAY;
  // the 30th of February is read as a day of March
  if (ahead >= 0 && ahead < MOST_NIGHTS && dateOf(at) === text) return ahead;
  throw new CallError(
    `--night must be a date within ${MOST_NIGHTS} days from today on, such as ${dateOf(today)}, got ${text}`,
  );
}

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

function unseenOf(keys: readonly string[]): string {
  return (
    `! not all meetings of ${firstOf(keys)} are known, so they may be at the same time as others: a row ` +
    `remembers the ${REMEMBERED} meetings of a series that end last, and none of a series without an end`
  );
}

function warningOf({ application, host, at, keys }: Overlap): string {
  return (
    `! ${host} of ${application} has ${keys.length} meetings at ${moment(iso(at))}: ${keys.join(', ')}. A host holds one at once, ` +
    'or two on the plan Business: add hosts, or move a meeting'
  );
}

/** Characters of the longest bar. */
const BAR = 30;

function picture(nights: readonly Night[], limit: number, terminal: Terminal): string[] {
  const most = Math.max(1, ...nights.map(({ rooms }) => rooms));
  const lines = columns([
    ['NIGHT', 'ROOMS', '', 'BY ACCOUNT'],
    ...nights.map(({ night, rooms, applications, waiting, emergencies }) => [
      night,
      String(rooms),
      bar(rooms / most, terminal),
      [
        ...Object.entries(applications).map(([name, number]) => `${name} ${number}${shareOf(number, limit)}`),
        ...(waiting > 0 ? [`${waiting} wait for the next night`] : []),
        ...(emergencies > 0 ? [`${emergencies} about to end`] : []),
      ].join(', '),
    ]),
  ]);
  const limits = Number.isFinite(limit)
    ? `at most ${limit.toLocaleString('en')} rooms of an account a night`
    : 'no limit';
  const indent = '2027-01-31  '.length;
  return [
    ...lines.flatMap((line) => wrapped(line, terminal.width, indent)),
    '',
    painted(terminal, 'dim', limits),
  ];
}

/** From this share of its limit on, an account has it in the picture. */
const NEAR = 0.5;

function shareOf(rooms: number, limit: number): string {
  return rooms / limit < NEAR ? '' : ` (${Math.round((rooms / limit) * 100)} % of its limit)`;
}

function bar(share: number, { width }: Terminal): string {
  const length = Math.min(BAR, Math.max(8, width - 50));
  return '█'.repeat(share === 0 ? 0 : Math.max(1, Math.round(share * length)));
}
