import { columns, counted, fitted, moment } from '../../local/demo/text.ts';
import { command } from '../frame/command.ts';
import { EXIT } from '../frame/errors.ts';
import { durationOf } from '../frame/parse.ts';
import { sayTable, WIDE } from '../frame/table.ts';
import { painted } from '../frame/terminal.ts';
import { type Account, accountsOf, type HostShare } from '../pages/accounts.ts';

/** How far ahead rooms count as due, if a person does not say so. */
const AHEAD = '7d';

export const accounts = command({
  name: 'accounts',
  summary: 'shows each account against its limits: living rooms, due soon, limit, last listing',
  usage: '',
  most: 0,
  flags: {
    due: { type: 'string', value: '7d', help: `how far ahead rooms count as due; default ${AHEAD}` },
    ask: {
      type: 'boolean',
      help: 'also asks each provider for its list: rooms there, rooms of others, hosts; reads the credentials',
    },
    json: { type: 'boolean', help: 'as JSON (docs/command.schema.json)' },
    ...WIDE,
  },
  reach: 'any',
  details:
    'It reads the whole table for the living rooms, and the index for those that are due. ENDING are rooms besides, of\n' +
    'earlier generations or cancelled, which the provider counts until they end. LISTED is when reconciliation last read\n' +
    'the list of the account to its end and acted on it. Exit code 1: an account cannot be reached (--ask), or rooms are\n' +
    'in one that the pool does not have.',
  examples: [
    ['accounts', 'the pool against its limits'],
    ['accounts --ask', 'the same, and what each provider lists'],
  ],
  async run({ flags, terminal, deployment }) {
    const ahead = durationOf('due', flags.due ?? AHEAD);
    const found = await accountsOf(await deployment(), {
      ahead,
      ask: flags.ask,
      told: (read) => terminal.progress(`${read.toLocaleString('en')} rooms read`),
    });
    terminal.progress();
    const wrong = found.filter(({ provider, error }) => provider === undefined || error !== undefined);
    if (flags.json) await terminal.say(JSON.stringify(found, null, 2));
    else {
      await sayTable(terminal, flags.wide, (width) => table(found, flags.due ?? AHEAD, width));
      for (const line of found.flatMap(hostLines)) await terminal.say(line);
      for (const line of wrong.map(wrongLine)) await terminal.say(painted(terminal, 'red', line));
    }
    return wrong.length > 0 ? EXIT.wrong : EXIT.done;
  },
});

function table(found: readonly Account[], due: string, width: number): string[] {
  const asked = found.some(({ listed }) => listed !== undefined);
  const heads = ['ACCOUNT', 'ROOMS', 'LIMIT', `DUE ${due}`, 'PROVIDER', 'ENDING', 'A MINUTE', 'LISTED (UTC)'];
  const cells = found.map(({ application, rooms, limit, due, provider, ending, perMinute, ...account }) => [
    application,
    String(rooms),
    limit === undefined ? '-' : `${limit} (${Math.round((100 * (rooms + ending)) / limit)} %)`,
    String(due),
    provider ?? 'not in the pool',
    String(ending),
    perMinute === undefined ? '-' : String(perMinute),
    moment(account.listedAt),
    ...(asked ? [String(account.listed?.rooms ?? '-'), othersOf(account), moment(account.credentialAt)] : []),
  ]);
  const more = asked ? ['AT PROVIDER', 'OF OTHERS', 'CREDENTIAL OF (UTC)'] : [];
  return fitted([[...heads, ...more], ...cells], width, {
    shrinks: 0,
    drops: [6, 5, 4, 7, ...(asked ? [10] : [])],
  });
}

function othersOf({ listed }: Pick<Account, 'listed'>): string {
  return listed ? String(listed.rooms - listed.ours) : '-';
}

function hostLines({ application, hosts = [] }: Account): string[] {
  if (hosts.length === 0) return [];
  const lines = columns(hosts.map((host) => [`  ${host.name}`, hostUse(host)]));
  return ['', `hosts of ${application}`, ...lines];
}

function hostUse({ perDay, rooms, madeToday }: HostShare): string {
  if (rooms === undefined) return `${perDay} rooms a day at most`;
  return `${counted(rooms, 'room')}, ${madeToday} of ${perDay} made today`;
}

function wrongLine({ application, provider, error }: Account): string {
  return provider === undefined
    ? `! ${application} is not in the pool: rotate --application ${application} --to NAME moves its rooms`
    : `! ${application} cannot be listed: ${error}`;
}
