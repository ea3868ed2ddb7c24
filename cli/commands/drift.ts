import { columns, counted, fitted } from '../../local/demo/text.ts';
import type { Deployment, Hint } from '../deployment/deployment.ts';
import { command } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { EXIT } from '../frame/errors.ts';
import { sayTable, WIDE } from '../frame/table.ts';
import { painted, type Terminal } from '../frame/terminal.ts';
import { type ComparedApplication, type Drift, driftOf, type Finding } from '../pages/drift.ts';

export const drift = command({
  name: 'drift',
  summary: 'compares the table with what the providers have, and changes nothing unless you ask for it',
  usage: '',
  most: 0,
  flags: {
    application: { type: 'string', value: 'NAME', help: 'compares this application only', ofPool: true },
    repair: { type: 'boolean', help: 'has reconciliation fix what was found; asks first' },
    yes: { type: 'boolean', help: 'does not ask', needs: ['repair'] },
    strangers: { type: 'boolean', help: 'also lists the rooms of others, which are no fault' },
    json: { type: 'boolean', help: 'as JSON (docs/command.schema.json)' },
    ...WIDE,
  },
  reach: 'any',
  details:
    'It compares by the rules of reconciliation: lost, drifted, unfinished, ended and recovered rows, and orphans, which\n' +
    'are rooms of this deployment on no row. It reads the list of each provider with the credential in the secret of the\n' +
    'application, so you need the right to read that secret; and the whole table. What is younger than an hour may be\n' +
    'in the making and is no finding. Exit code 1: something is wrong, or a list could not be read.',
  examples: [
    ['drift', 'what is wrong, and what fixes it'],
    ['drift --repair', 'the same, and then starts the repair'],
    ['drift --application main --strangers', 'one account, with the rooms of others in it'],
  ],
  async run({ flags, terminal, deployment }) {
    const found = await deployment();
    const names = found.applications.map(({ name }) => name);
    const drifted = await driftOf(found, {
      applications: flags.application === undefined ? names : [flags.application],
      strangers: flags.strangers,
      told: (read) => terminal.progress(`${read.toLocaleString('en')} rooms compared`),
    });
    terminal.progress();
    if (flags.json) await terminal.say(JSON.stringify(drifted, null, 2));
    else await print(drifted, { wide: flags.wide, hint: found.hint }, terminal);
    if (flags.repair && drifted.findings.length > 0) {
      await repair(drifted.findings, { deployment: found, terminal, asks: !flags.yes });
      return isUnread(drifted) ? EXIT.wrong : EXIT.done;
    }
    return drifted.findings.length > 0 || isUnread(drifted) ? EXIT.wrong : EXIT.done;
  },
});

interface Repairing {
  readonly deployment: Deployment;
  readonly terminal: Terminal;
  readonly asks: boolean;
}

/** Runs the commands that fix the findings, each once. */
async function repair(
  findings: readonly Finding[],
  { deployment, terminal, asks }: Repairing,
): Promise<void> {
  const commands = new Set(findings.flatMap(({ command }) => command ?? []));
  if (commands.size === 0) throw new Error(ONLY_REPORTS);
  if (asks) await confirm(`repair ${counted(findings.length, 'finding')}`, terminal);
  for (const command of commands) {
    const [, application, count] = /--confirm (\S+) --findings (\d+)$/.exec(command) ?? [];
    terminal.note(await deployment.reconcile({ confirm: application, findings: count }));
  }
  terminal.note('drift shows in a moment what is left');
}

const ONLY_REPORTS =
  'reconciliation only reports in this deployment: set reconciliation to repair, and it fixes them';

function isUnread({ applications }: Drift): boolean {
  return applications.some(({ error }) => error !== undefined);
}

async function print(
  drifted: Drift,
  { wide, hint }: { readonly wide: boolean; readonly hint: Hint },
  terminal: Terminal,
): Promise<void> {
  const { applications, findings, strangers = [] } = drifted;
  for (const line of columns(applications.map((each) => summary(each)))) await terminal.say(line);
  for (const { application, error } of applications) {
    if (error !== undefined) await terminal.say(painted(terminal, 'red', `! ${application}: ${error}`));
  }
  if (findings.length > 0) {
    await terminal.say();
    await sayTable(terminal, wide, (width) => findingTable(findings, width));
    await terminal.say();
    for (const line of remedies(findings, hint)) await terminal.say(line);
  }
  if (strangers.length === 0) return;
  await terminal.say();
  const cells = strangers.map(({ application, room, guestUrl, name = '-' }) => [
    room,
    guestUrl,
    name,
    application,
  ]);
  const heads = ['ROOM OF OTHERS', 'LINK', 'NAME', 'ACCOUNT'];
  await sayTable(terminal, wide, (width) => fitted([heads, ...cells], width, { shrinks: 1, drops: [3, 2] }));
  await terminal.say();
  for (const application of new Set(
    strangers.filter(({ command }) => command).map((each) => each.application),
  ))
    await terminal.say(`${hint(`import --application ${application} --all`)} takes them over`);
}

function summary({ application, rooms, strangers, findings, held }: ComparedApplication): string[] {
  const others = strangers > 0 ? `, ${strangers} of others` : '';
  const wrong = findings === 0 ? 'nothing is wrong' : `${counted(findings, 'finding')}`;
  return [application, `${counted(rooms, 'room')}${others}`, held ? `${wrong}, held back` : wrong];
}

function findingTable(findings: readonly Finding[], width: number): string[] {
  const cells = findings.map(({ what, key, room, generation, application, why }) => [
    what,
    key ?? room ?? '-',
    generation === undefined ? '-' : String(generation),
    application,
    why,
  ]);
  const heads = ['FOUND', 'KEY OR ROOM', 'GEN', 'ACCOUNT', 'WHY'];
  return fitted([heads, ...cells], width, { shrinks: 1, drops: [2, 3] });
}

/** Returns the commands that fix the findings, each once. */
function remedies(findings: readonly Finding[], hint: Hint): string[] {
  const commands = new Set(findings.map(({ command }) => command));
  return [...commands].map((command) =>
    command === undefined
      ? ONLY_REPORTS
      : `${hint(command)} fixes ${counted(findings.filter((each) => each.command === command).length, 'finding')}`,
  );
}
