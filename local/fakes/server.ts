import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventBuses, PutEntry } from './buses.ts';
import {
  CLOUDFORMATION_VERSION,
  cloudFormationAnswer,
  cloudFormationError,
  type DescribedStack,
  functionConfiguration,
} from './described-stack.ts';
import { type Engines, forward, serviceOf } from './forward.ts';
import { SecretNotFoundError, type Secrets } from './secrets.ts';
import { ServiceError } from './service-error.ts';

export interface FakeServer {
  readonly endpoint: string;
  /** Sets the stack that is described from now on. */
  describe(stack: DescribedStack): void;
  stop(): Promise<void>;
}

type Operation = (input: never) => object;

const MOST_ENTRIES = 10;

/**
 * Starts Secrets Manager and EventBridge, and the descriptions of the stack by CloudFormation and Lambda. It
 * has the calls that are needed, in the protocols of AWS on one loopback port. Requests for services with an
 * engine are forwarded to it, so that a command line needs only this port. A call that is not supported is
 * answered with an error that says so.
 */
export async function startFakes(
  secrets: Secrets,
  buses: EventBuses,
  engines: Engines = {},
): Promise<FakeServer> {
  const operations = new Map<string, Operation>(
    Object.entries({ ...secretsOperations(secrets), ...eventOperations(buses) }),
  );
  let described: DescribedStack | undefined;
  const server: Server = createServer((request, response) => {
    const engine = engines[serviceOf(request) ?? ''];
    if (engine !== undefined) return forward(request, response, engine);
    void answer(request, operations, described).then(({ status, type, body }) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    describe(stack) {
      described = stack;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const json = (status: number, body: object): Answer => ({
  status,
  type: 'application/x-amz-json-1.1',
  body: JSON.stringify(body),
});

const FUNCTION = /^\/2015-03-31\/functions\/([^/]+)\/configuration/;

async function answer(
  request: IncomingMessage,
  operations: ReadonlyMap<string, Operation>,
  stack: DescribedStack | undefined,
): Promise<Answer> {
  const target = String(request.headers['x-amz-target'] ?? `${request.method} ${request.url}`);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const form = new URLSearchParams(body);
    if (form.get('Version') === CLOUDFORMATION_VERSION) return cloudFormation(form, stack);
    const [, name] = FUNCTION.exec(request.url ?? '') ?? [];
    if (name !== undefined) return json(200, functionConfiguration(decodeURIComponent(name), stack));
    const operation = operations.get(target);
    if (!operation) {
      const covered = [...operations.keys()].join(', ');
      throw new ServiceError(
        'UnknownOperationException',
        `${target} is not covered on one machine; ${covered} are`,
      );
    }
    return json(200, operation(JSON.parse(body || '{}') as never));
  } catch (error) {
    const code = error instanceof ServiceError ? error.code : 'InternalServiceError';
    return json(400, { __type: code, message: error instanceof Error ? error.message : String(error) });
  }
}

function cloudFormation(form: URLSearchParams, stack: DescribedStack | undefined): Answer {
  try {
    return { status: 200, type: 'text/xml', body: cloudFormationAnswer(form, stack) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { status: 400, type: 'text/xml', body: cloudFormationError(error) };
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
    'secretsmanager.ListSecretVersionIds': ({ SecretId }: { SecretId: string }) => {
      const versions = found(() => secrets.versions(SecretId)).map(({ versionId, stages, createdAt }) => ({
        VersionId: versionId,
        VersionStages: stages,
        CreatedDate: createdAt / 1000,
      }));
      return { Versions: versions };
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
