import { hash } from 'node:crypto';
import { Agent, createServer, request as forward, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Endpoints } from './world.ts';

/** The recorded traffic of an operation: `PutItem`, `SendMessageBatch`, `POST /rooms`, ... */
export interface Operation {
  calls: number;
  /** Bytes of the requests' bodies. */
  bytes: number;
  /** Capacity units of DynamoDB, as its answers report them: of the table and its indexes. */
  units: number;
}

export interface Recorder<E = Endpoints> {
  /** Endpoints for the environment of a function, instead of the world's own. */
  readonly endpoints: E;
  readonly operations: ReadonlyMap<string, Operation>;
  /** How many different tokens the provider received. */
  signatures(): number;
  /** Clears all records. */
  clear(): void;
  stop(): Promise<void>;
}

/** Starts proxies between a function and its services, which count the traffic. */
export async function startRecorder<E extends { readonly [K in keyof E]: string }>(world: {
  readonly endpoints: E;
}): Promise<Recorder<E>> {
  const operations = new Map<string, Operation>();
  const tokens = new Set<string>();
  const agent = new Agent({ keepAlive: true });

  function count(request: IncomingMessage, sent: string, received: string): void {
    const name = operationOf(request);
    const operation = operations.get(name) ?? { calls: 0, bytes: 0, units: 0 };
    operations.set(name, operation);
    operation.calls += 1;
    operation.bytes += Buffer.byteLength(sent);
    operation.units += unitsOf(name, received);
    if (name.includes('/')) tokens.add(hash('sha256', request.headers.authorization ?? ''));
  }

  const servers = await Promise.all(
    Object.values<string>(world.endpoints).map((endpoint) => {
      const target = new URL(endpoint);
      const server = createServer(async (incoming, outgoing) => {
        const sent = await text(incoming);
        const asked = isTableCall(incoming) ? withCapacity(sent) : sent;
        const headers = {
          ...incoming.headers,
          host: target.host,
          'content-length': Buffer.byteLength(asked),
        };
        const path = incoming.url;
        forward(target, { agent, path, method: incoming.method, headers }, async (reply) => {
          const received = await text(reply);
          count(incoming, sent, received);
          outgoing.writeHead(reply.statusCode ?? 502, headersOf(reply, received)).end(received);
        })
          .on('error', () => outgoing.destroy())
          .end(asked);
      });
      return new Promise<{ origin: string; path: string; server: typeof server }>((listening) => {
        server.listen(0, '127.0.0.1', () => {
          const { port } = server.address() as AddressInfo;
          const path = target.pathname === '/' ? '' : target.pathname;
          listening({ origin: `http://127.0.0.1:${port}`, path, server });
        });
      });
    }),
  );
  const names = Object.keys(world.endpoints);
  return {
    endpoints: Object.fromEntries(
      servers.map(({ origin, path }, index) => [names[index], origin + path]),
      // the same names
    ) as unknown as E,
    operations,
    signatures: () => tokens.size,
    clear() {
      operations.clear();
      tokens.clear();
    },
    async stop() {
      agent.destroy();
      await Promise.all(
        servers.map(({ server }) => {
          server.closeAllConnections();
          return new Promise((closed) => server.close(closed));
        }),
      );
    },
  };
}

/**
 * An SDK names its operation in a header. The provider's calls have a path, from which a room's id is
 * removed.
 */
function operationOf({ headers, method, url = '/' }: IncomingMessage): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.slice(target.indexOf('.') + 1);
  const path = url.split('?', 1)[0] ?? url;
  return `${method} ${path.slice(path.indexOf('/rooms')).replace(/\/[0-9a-f-]{36}$/, '/{id}')}`;
}

function isTableCall({ headers }: IncomingMessage): boolean {
  return String(headers['x-amz-target']).startsWith('DynamoDB_');
}

/** Asks DynamoDB to report the cost of a call, without a change in the function. */
function withCapacity(body: string): string {
  return JSON.stringify({ ...JSON.parse(body), ReturnConsumedCapacity: 'INDEXES' });
}

function unitsOf(name: string, received: string): number {
  if (name.includes('/')) return 0;
  const { ConsumedCapacity: consumed } = JSON.parse(received || '{}');
  // as DynamoDB answers: one for a table, a list for a batch
  const all = [consumed ?? []].flat() as { CapacityUnits?: number }[];
  return all.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}

function headersOf(reply: IncomingMessage, received: string) {
  const { 'transfer-encoding': _chunked, ...headers } = reply.headers;
  return { ...headers, 'content-length': Buffer.byteLength(received) };
}
