import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretStage } from '../../functions/adapters/secrets.ts';
import { type Answer, type Loopback, loopback } from './loopback.ts';

export interface SecretsEndpoint extends Loopback {
  readonly client: SecretsManagerClient;
  /** What each stage holds; a test changes it as a rotation would. */
  readonly versions: Map<SecretStage, string | Uint8Array>;
  /** Answers in place of the versions, while it is set. */
  failure: Answer | undefined;
}

/** As much of Secrets Manager as is spoken to: GetSecretValue of one secret with its stages. */
export async function secretsEndpoint(current?: string): Promise<SecretsEndpoint> {
  const versions = new Map<SecretStage, string | Uint8Array>();
  if (current !== undefined) versions.set('AWSCURRENT', current);
  const server = await loopback(({ body }) => endpoint.failure ?? getSecretValue(body as Request));

  function getSecretValue({ SecretId, VersionStage = 'AWSCURRENT' }: Request): Answer {
    const value = versions.get(VersionStage);
    if (value === undefined) {
      const body = { __type: 'ResourceNotFoundException', message: `no ${VersionStage} of ${SecretId}` };
      return { status: 400, body };
    }
    const held =
      typeof value === 'string'
        ? { SecretString: value }
        : { SecretBinary: Buffer.from(value).toString('base64') };
    return { status: 200, body: { ARN: SecretId, Name: SecretId, VersionStages: [VersionStage], ...held } };
  }

  const client = new SecretsManagerClient({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const endpoint: SecretsEndpoint = { ...server, client, versions, failure: undefined };
  return endpoint;
}

interface Request {
  readonly SecretId: string;
  readonly VersionStage?: SecretStage;
}
