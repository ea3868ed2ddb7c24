import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventBuses, PutEntry } from './buses.ts';
import { SecretNotFoundError, type Secrets } from './secrets.ts';

export interface StandInServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

type Operation = (input: never) => object;

/** What the SDK shows as the name of an error. */
class ServiceError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const MOST_ENTRIES = 10;

/**
 * Secrets Manager and EventBridge, as far as they are needed, in the JSON protocol of AWS on one loopback port. What
 * is not covered answers with an error that says so, never with silence.
 */
export async function startStandIns(secrets: Secrets, buses: EventBuses): Promise<StandInServer> {
  const operations = new Map<string, Operation>(
    Object.entries({ ...secretsOperations(secrets), ...eventOperations(buses) }),
  );
  const server: Server = createServer((request, response) => {
    void answer(request, operations).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function answer(request: IncomingMessage, operations: ReadonlyMap<string, Operation>) {
  const target = String(request.headers['x-amz-target'] ?? `${request.method} ${request.url}`);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const operation = operations.get(target);
    if (!operation) {
      const covered = [...operations.keys()].join(', ');
      throw new ServiceError(
        'UnknownOperationException',
        `${target} is not covered on one machine; ${covered} are`,
      );
    }
    return { status: 200, body: operation(JSON.parse(Buffer.concat(chunks).toString() || '{}') as never) };
  } catch (error) {
    const code = error instanceof ServiceError ? error.code : 'InternalServiceError';
    return {
      status: 400,
      body: { __type: code, message: error instanceof Error ? error.message : String(error) },
    };
  }
}

function secretsOperations(secrets: Secrets): Record<string, Operation> {
  const found = <T>(look: () => T): T => {
    try {
      return look();
    } catch (error) {
      if (error instanceof SecretNotFoundError)
        throw new ServiceError('ResourceNotFoundException', error.message);
      throw error;
    }
  };
  return {
    'secretsmanager.GetSecretValue': (input: {
      SecretId: string;
      VersionId?: string;
      VersionStage?: string;
    }) => {
      const { SecretId, VersionId: versionId, VersionStage: stage } = input;
      const secret = found(() => secrets.get(SecretId, { versionId, stage }));
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: secret.versionId,
        VersionStages: secret.stages,
        SecretString: secret.value,
        CreatedDate: secret.createdAt / 1000,
      };
    },
    'secretsmanager.PutSecretValue': (input: {
      SecretId: string;
      SecretString: string;
      VersionStages?: string[];
    }) => {
      const secret = found(() => secrets.put(input.SecretId, input.SecretString, input.VersionStages));
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: secret.versionId,
        VersionStages: secret.stages,
      };
    },
    'secretsmanager.ListSecrets': () => ({
      SecretList: secrets.list().map(({ arn, name }) => ({ ARN: arn, Name: name })),
    }),
  };
}

function eventOperations(buses: EventBuses): Record<string, Operation> {
  return {
    'AWSEvents.PutEvents': ({ Entries: entries }: { Entries: readonly PutEntry[] }) => {
      if (!Array.isArray(entries) || entries.length === 0 || entries.length > MOST_ENTRIES) {
        const message = `Entries must have 1 to ${MOST_ENTRIES} members, got ${entries?.length ?? 0}`;
        throw new ServiceError('ValidationException', message);
      }
      const results = buses.put(entries);
      return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
    },
  };
}
