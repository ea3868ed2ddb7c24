import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Whether a request is stopped before it reaches its service, or once the service has done what was asked. */
export type When = 'before' | 'after';

/**
 * Stands between a function and everything that it calls, counts its requests across all services, and stops one of
 * them: the function waits for an answer that never comes, until somebody kills it.
 */
export interface Turnstile {
  /** Requests since the last reset, by the name of the service and the operation. */
  readonly passed: readonly string[];
  /** @returns the endpoint to call in place of this one */
  inFrontOf(service: string, endpoint: string): Promise<string>;
  /** Starts to count anew. @returns what resolves with the nth request from now on, once it stands there */
  stopAt(nth: number, when: When): Promise<string>;
  /** Lets everything pass, and starts to count anew. */
  open(): void;
  close(): Promise<void>;
}

interface Stop {
  readonly nth: number;
  readonly when: When;
  readonly reached: (request: string) => void;
}

export function turnstile(): Turnstile {
  const closing: (() => Promise<void>)[] = [];
  let passed: string[] = [];
  let stop: Stop | undefined;

  async function pass(name: string, forward: () => Promise<Answer>): Promise<Answer | undefined> {
    passed.push(name);
    const stopped = stop && stop.nth === passed.length ? stop : undefined;
    if (stopped?.when !== 'before') {
      const answer = await forward();
      if (!stopped) return answer;
    }
    stopped?.reached(name);
    return undefined;
  }

  return {
    get passed() {
      return passed;
    },
    async inFrontOf(service, endpoint) {
      const upstream = new URL(endpoint);
      const server = createServer((incoming, response) => {
        void body(incoming)
          .then((sent) =>
            pass(`${service} ${operationOf(incoming)}`, () => forwarded(upstream, incoming, sent)),
          )
          .then((answer) => answer && relay(answer, response));
      });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      closing.push(async () => {
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
      });
      const { port } = server.address() as AddressInfo;
      return `http://127.0.0.1:${port}${upstream.pathname.replace(/\/$/, '')}`;
    },
    stopAt(nth, when) {
      passed = [];
      return new Promise((reached) => {
        stop = { nth, when, reached };
      });
    },
    open() {
      passed = [];
      stop = undefined;
    },
    close: async () => void (await Promise.all(closing.map((close) => close()))),
  };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The operation of an AWS service, or the call of any other. */
function operationOf({ headers, method, url }: IncomingMessage): string {
  return String(headers['x-amz-target'] ?? '').split('.')[1] ?? `${method} ${url}`;
}

function forwarded(upstream: URL, { method, headers, url }: IncomingMessage, sent: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = upstream;
    request({ hostname, port, method, headers, path: url }, (response) => {
      body(response).then((received) => {
        resolve({ status: response.statusCode ?? 502, headers: response.headers, body: received });
      }, reject);
    })
      .on('error', reject)
      .end(sent);
  });
}

function relay({ status, headers, body: received }: Answer, response: ServerResponse): void {
  const { 'transfer-encoding': _chunked, ...kept } = headers;
  response.writeHead(status, { ...kept, 'content-length': received.length }).end(received);
}

async function body(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
