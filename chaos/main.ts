import { parseArgs } from 'node:util';
import { ACCOUNTS, type ProviderName } from './accounts.ts';
import { runCampaign } from './campaign.ts';
import { prepareScenario } from './scenario.ts';

const USAGE = `npm run chaos [-- --requests N] [--keys N] [--seed N] [--provider NAME] [--changes-per-day N]

Runs the whole stack on this machine in a storm: the provider resets, hangs, fails, throttles and tears 5 % of its
calls each, the table throttles and loses answers, the bus refuses, and the functions' processes are killed. Messages
come twice, half of them by SQS's own redrive, which gives them another id and time. Four outages of more than a day
follow: the provider, its changes, its space for rooms, the bus. Then the faults end, the account lists no room for
an hour, and the table is put back by a night. At last table, provider and bus are held against what was asked for.

  --requests N     10000 unless told otherwise
  --keys N         1000 unless told otherwise
  --seed N         what is asked for and what breaks; printed, and another each time unless given. Processes run at
                   their own pace, so the same seed gives the same storm and not the same run
  --provider NAME  ${Object.keys(ACCOUNTS).join(', ')}; meetings-api unless told otherwise
  --changes-per-day N
                   creations and changes of a Zoom host in a day; 100 unless told otherwise`;

try {
  await main();
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '10000' },
      keys: { type: 'string', default: '1000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      provider: { type: 'string', default: 'meetings-api' },
      'changes-per-day': { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(USAGE);
  const provider = providerNamed(values.provider);
  const options = {
    seed: whole('--seed', values.seed),
    requests: whole('--requests', values.requests),
    keys: whole('--keys', values.keys),
    say: console.log,
  };
  console.log(`${options.requests} requests for ${options.keys} keys, ${provider}, seed ${options.seed}`);
  const perDay = values['changes-per-day'];
  const ground = await prepareScenario(
    provider,
    options.seed,
    perDay === undefined ? {} : { changesPerDay: whole('--changes-per-day', perDay) },
  );
  const { figures, wrong } = await runCampaign(ground, { ...options, outages: true }).finally(
    ground.rooms.stop,
  );
  for (const [name, value] of Object.entries(figures)) console.log(`${String(value).padStart(9)}  ${name}`);
  for (const line of wrong) console.log(`wrong: ${line}`);
  console.log(wrong.length === 0 ? 'all is as it was asked for' : `${wrong.length} things are wrong`);
  if (wrong.length > 0) process.exitCode = 1;
}

function whole(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`${name} must be a whole number, got ${text}`);
}

function providerNamed(name: string): ProviderName {
  // the record has a key for each provider
  if (name in ACCOUNTS) return name as ProviderName;
  throw new Error(`--provider must be one of ${Object.keys(ACCOUNTS).join(', ')}, got ${name}`);
}
