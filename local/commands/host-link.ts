import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { assertMayShow, hostLinkOf } from '../../doctor/host-link.ts';
import { DUMMY_CREDENTIALS } from '../engines/credentials.ts';
import { runCommand } from './command.ts';

const USAGE = `npm run host-link -- KEY [--yes] [--port N]

Prints the link that makes its holder the host of a room of the stack that npm start keeps running. It is a credential, and
shown to a terminal only. Of a stack in AWS: node doctor/main.ts host-link KEY --stack NAME

  --yes   prints it also where nobody looks at a terminal`;

const TAKES = { positionals: 1, flags: { yes: { type: 'boolean' } } } as const;

await runCommand(USAGE, TAKES, async ({ stack, positionals: [key], flags, say }) => {
  if (!key) throw new Error(`name the key of a room: npm run rooms lists them\n\n${USAGE}`);
  assertMayShow(process.stdout.isTTY, flags.yes === true);
  const facts = await stack.facts();
  const { table, applications, environment } = facts;
  const at = (service: string) => ({
    region: environment.AWS_REGION as string,
    endpoint: environment[`AWS_ENDPOINT_URL_${service}`] as string,
    credentials: DUMMY_CREDENTIALS,
  });
  const clients = {
    dynamoDb: new DynamoDBClient(at('DYNAMODB')),
    secrets: new SecretsManagerClient(at('SECRETS_MANAGER')),
  };
  say(await hostLinkOf(key, { table, applications, now: () => Date.parse(facts.now) }, clients));
});
