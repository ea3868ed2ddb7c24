import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; `undefined` where there was none. */
  readonly body: unknown;
  /** Counts the sockets, so that a test can see one being used again. */
  readonly socket: number;
}

/** `reset`: the socket is cut. `silence`: nothing is ever said. `torn`: half of the body that was announced. */
export type Answer =
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      /** Strings and bytes go as they are, the rest as JSON. */
      readonly body?: unknown;
      readonly torn?: boolean;
    }
  | 'reset'
  | 'silence';

export interface Loopback {
  readonly url: string;
  /** All that was received, in order. */
  readonly calls: ReceivedCall[];
  /** Resolves once the next call was received. */
  next(): Promise<unknown>;
  close(): Promise<void>;
}

/** A real server on loopback that says what a test wants to hear, however wrong. */
export async function loopback(answer: (call: ReceivedCall) => Answer | Promise<Answer>): Promise<Loopback> {
  const calls: ReceivedCall[] = [];
  const sockets = new Map<Socket, number>();
  const received = new EventEmitter();
  // the test alone decides when a socket ends
  const server = createServer({ keepAliveTimeout: 0 }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '/', 'http://loopback');
    const call: ReceivedCall = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
      socket: sockets.get(request.socket) ?? 0,
    };
    calls.push(call);
    received.emit('call');
    say(await answer(call), response);
  });
  server.on('connection', (socket) => sockets.set(socket, sockets.size + 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    next: () => once(received, 'call'),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function say(answer: Answer, response: ServerResponse): void {
  if (answer === 'silence') return;
  if (answer === 'reset') {
    response.socket?.destroy();
    return;
  }
  const isRaw = typeof answer.body === 'string' || Buffer.isBuffer(answer.body);
  const text = isRaw ? (answer.body as string | Buffer) : JSON.stringify(answer.body ?? {});
  const headers = { 'content-type': 'application/json', ...answer.headers };
  if (answer.torn) {
    response.writeHead(answer.status, { ...headers, 'content-length': Buffer.byteLength(text) });
    response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
    return;
  }
  response.writeHead(answer.status, headers).end(text);
}
