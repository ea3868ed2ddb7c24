import {
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { expect, onTestFinished, test } from 'vitest';
import { EventBuses } from '../../../local/fakes/buses.ts';
import { Secrets } from '../../../local/fakes/secrets.ts';
import { startFakes } from '../../../local/fakes/server.ts';
import { Targets } from '../../../local/fakes/targets.ts';

const ARN = 'arn:aws:secretsmanager:local:000000000000:secret:team/key-AbCdEf';

async function manager(value?: string): Promise<SecretsManagerClient> {
  const nobody = { queue: () => undefined, function: () => undefined, bus: () => undefined, warn: () => {} };
  const secrets = new Secrets();
  secrets.create({ arn: ARN, name: 'team/key' }, value);
  const buses = new EventBuses({ stackName: 's', region: 'local', account: '0' }, new Targets(nobody));
  const server = await startFakes(secrets, buses);
  const client = new SecretsManagerClient({
    endpoint: server.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });
  onTestFinished(async () => {
    client.destroy();
    await server.stop();
  });
  return client;
}

const get = async (client: SecretsManagerClient, wanted: object = {}) =>
  (await client.send(new GetSecretValueCommand({ SecretId: ARN, ...wanted }))).SecretString;
const put = (client: SecretsManagerClient, SecretString: string, VersionStages?: string[]) =>
  client.send(new PutSecretValueCommand({ SecretId: 'team/key', SecretString, VersionStages }));

test('a new value becomes the current one and the current one the previous', async () => {
  const client = await manager('one');
  await put(client, 'two');
  expect(await get(client)).toBe('two');
  expect(await get(client, { VersionStage: 'AWSPREVIOUS' })).toBe('one');
});

test('a pending value waits beside the current one, and a version is found by its id', async () => {
  const client = await manager('one');
  const { VersionId, VersionStages } = await put(client, 'next', ['AWSPENDING']);
  expect(VersionStages).toEqual(['AWSPENDING']);
  expect(await get(client)).toBe('one');
  expect(await get(client, { VersionStage: 'AWSPENDING' })).toBe('next');
  expect(await get(client, { VersionId })).toBe('next');
});

test('a secret is found by its name, and by its ARN without the characters at the end', async () => {
  const client = await manager('one');
  expect(await get(client, { SecretId: 'team/key' })).toBe('one');
  expect(await get(client, { SecretId: ARN.slice(0, -7) })).toBe('one');
});

test.each([
  ['a secret that is not there', { SecretId: 'other' }],
  ['a secret without a value', {}],
  ['a stage that no version is at', { VersionStage: 'AWSPENDING' }],
])('%s is not found', async (_name, wanted) => {
  const client = await manager();
  await expect(get(client, wanted)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('the versions of a secret are listed with their stages, and never with their values', async () => {
  const client = await manager('one');
  for (const value of ['two', 'three']) await put(client, value);
  const { Versions } = await client.send(new ListSecretVersionIdsCommand({ SecretId: 'team/key' }));
  expect(Versions?.map(({ VersionStages }) => VersionStages)).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
  expect(JSON.stringify(Versions)).not.toMatch(/two|three/);
});
