import { parseArgs } from 'node:util';
import { makeClients } from './clients.ts';
import { putCredential } from './credentials.ts';
import { findDeployment } from './deployment.ts';
import { examine } from './examine.ts';
import { assertMayShow, hostLinkOf } from './host-link.ts';
import { inWords } from './in-words.ts';
import { reconcile } from './reconcile.ts';
import { REDRIVEN, redriveAll } from './redrive.ts';
import { report } from './report.ts';

const USAGE = `evergreen-rooms doctor --stack NAME [--deployment ID] [--region REGION]
evergreen-rooms credentials put NAME --stack NAME [--file FILE] [--remove] [--deployment ID] [--region REGION]
evergreen-rooms host-link KEY --stack NAME [--deployment ID] [--region REGION] [--yes]
evergreen-rooms redrive QUEUE --stack NAME [--deployment ID] [--region REGION]
evergreen-rooms reconcile [--confirm APPLICATION --findings N] --stack NAME [--deployment ID] [--region REGION]

doctor     looks at a deployed stack, and says what to do about each thing that is not as it should be
credentials put
           puts the private key or API key of an application, or the address of a feed, into its secret, and reads it back
host-link  prints the link that makes its holder the host of a room: a credential
redrive    gives all messages of a dead-letter queue another try, in the place among the others that they had; QUEUE is one of
           ${Object.keys(REDRIVEN).join(', ')}
reconcile  compares the table with what the providers have; with --confirm it may repair what the run before held back

  --stack NAME       the CloudFormation stack
  --deployment ID    which one, where the stack has several
  --region REGION    default: where the AWS CLI takes it from, as credentials are
  --file FILE        what is put; default: standard input
  --remove           removes the file once its content was read back from the secret
  --confirm APPLICATION  whose findings are confirmed, for one run within six hours
  --findings N       how many lost and orphaned rooms were reported there: where there are more, the run holds back again
  --yes              prints the host link also where nobody looks at a terminal

Exit code 0: nothing failed. 1: something failed. 2: it could not be asked at all.`;

const say = (line: string) => console.log(line);

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(inWords(error as Error, USAGE));
  process.exitCode = 2;
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      stack: { type: 'string' },
      deployment: { type: 'string' },
      region: { type: 'string' },
      file: { type: 'string', default: '-' },
      remove: { type: 'boolean', default: false },
      yes: { type: 'boolean' },
      confirm: { type: 'string' },
      findings: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const [command, key, name] = positionals;
  if (values.help) {
    say(USAGE);
    return 0;
  }
  if (values.stack === undefined) throw new Error(`name the stack by --stack\n\n${USAGE}`);
  const clients = makeClients(values.region);
  if (command === 'doctor') {
    const deployment = await findDeployment(clients, values.stack, values.deployment);
    const findings = await examine(deployment, clients);
    for (const line of report(deployment, findings)) say(line);
    return findings.some(({ level }) => level === 'failed') ? 1 : 0;
  }
  if (command === 'credentials' && key === 'put' && name !== undefined) {
    const { file, remove } = values;
    const deployment = await findDeployment(clients, values.stack, values.deployment);
    say(await putCredential({ name, file, remove }, deployment, clients));
    return 0;
  }
  if (command === 'host-link' && key !== undefined) {
    assertMayShow(process.stdout.isTTY, values.yes ?? false);
    const { environment, applications } = await findDeployment(clients, values.stack, values.deployment);
    say(await hostLinkOf(key, { table: environment.ROOMS_TABLE, applications }, clients));
    return 0;
  }
  if (command === 'redrive' && key !== undefined) {
    say(await redriveAll(key, await findDeployment(clients, values.stack, values.deployment), clients));
    return 0;
  }
  if (command === 'reconcile') {
    const deployment = await findDeployment(clients, values.stack, values.deployment);
    say(await reconcile({ confirm: values.confirm, findings: values.findings }, deployment, clients));
    return 0;
  }
  throw new Error(`say what to do\n\n${USAGE}`);
}
