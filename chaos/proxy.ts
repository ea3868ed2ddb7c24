import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { breakOff } from '../emulators/http/break-off.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A request to a service. */
export interface Passing {
  /** The operation of an AWS service, or the call to any other service. */
  readonly operation: string;
  /** Forwards the request to the service. */
  forward(): Promise<Answer>;
}

/** Decides the outcome of a request: an answer, a broken connection, or no answer. */
export type Decide = (passing: Passing) => Promise<Answer | 'reset' | 'silence'>;

export interface ServiceProxy {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Starts a proxy for a service on loopback, which decides the outcome of each request. */
export async function startProxy(upstream: string, decide: Decide): Promise<ServiceProxy> {
  const target = new URL(upstream);
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, response) => {
    void bodyOf(incoming)
      .then((sent) =>
        decide({
          operation: operationOf(incoming),
          forward: () => forwarded(target, agent, incoming, sent),
        }),
      )
      .then((answer) => relay(answer, response))
      .catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}${target.pathname.replace(/\/$/, '')}`,
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function operationOf({ headers, method, url }: IncomingMessage): string {
  return String(headers['x-amz-target'] ?? '').split('.')[1] ?? `${method} ${url}`;
}

function forwarded(
  { hostname, port }: URL,
  agent: Agent,
  { method, headers, url }: IncomingMessage,
  sent: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ hostname, port, method, headers, path: url, agent }, (response) => {
      bodyOf(response).then((body) => {
        resolve({ status: response.statusCode ?? 502, headers: response.headers, body });
      }, reject);
    })
      .on('error', reject)
      .end(sent);
  });
}

function relay(answer: Answer | 'reset' | 'silence', response: ServerResponse): void {
  if (answer === 'silence') return;
  if (answer === 'reset') {
    breakOff(response.socket);
    return;
  }
  const { 'transfer-encoding': _chunked, connection: _connection, ...headers } = answer.headers;
  response.writeHead(answer.status, { ...headers, 'content-length': answer.body.length }).end(answer.body);
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
