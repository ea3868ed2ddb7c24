import { awsCaller } from '../../functions/adapters/aws/call.ts';
import { secretsManagerClient } from '../../functions/adapters/aws/clients.ts';
import type { SecretsManager } from '../../functions/adapters/aws/operations.ts';
import type { SecretStage } from '../../functions/adapters/secrets.ts';
import { DUMMY_CREDENTIALS } from '../../local/engines/credentials.ts';
import { type Answer, type Loopback, loopback } from './loopback.ts';

export interface SecretsEndpoint extends Loopback {
  readonly client: SecretsManager;
  /** What each stage holds; a test changes it as a rotation would. */
  readonly versions: Map<SecretStage, string | Uint8Array>;
  /** Answers in place of the versions, while it is set. */
  failure: Answer | undefined;
}

const SIGNER = { ...DUMMY_CREDENTIALS, region: 'eu-west-1' };
/** Each test counts the calls, and says itself what fails. */
const ONCE = { timeOut: 5000, attempts: 1, keepsWords: true };

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

  const client = secretsManagerClient(awsCaller(SIGNER, ONCE), new URL(server.url));
  const endpoint: SecretsEndpoint = { ...server, client, versions, failure: undefined };
  return endpoint;
}

interface Request {
  readonly SecretId: string;
  readonly VersionStage?: SecretStage;
}
