import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Outcome } from './container.ts';
import type { LambdaFunction } from './function.ts';

/** The URL of a function, which is known before the function is created. */
export interface FunctionUrl {
  readonly url: string;
  /** Sets the function. Until then, every request is answered with 503. */
  attach(target: LambdaFunction): void;
  stop(): Promise<void>;
}

interface HttpResponse {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/**
 * Listens on a loopback port and passes requests on in the payload format 2.0.
 *
 * @param wanted the port, if it is free; otherwise a free one is used
 */
export async function openFunctionUrl(wanted = 0): Promise<FunctionUrl> {
  let target: LambdaFunction | undefined;
  const server = createServer(async (request, response) => {
    const outcome = target && (await target.invoke(await asEvent(request)));
    const { statusCode, headers, cookies = [], body, isBase64Encoded } = asResponse(outcome);
    for (const cookie of cookies) response.appendHeader('set-cookie', cookie);
    response
      .writeHead(statusCode ?? 200, headers)
      .end(body && Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'));
  });
  await listen(server, wanted).catch(() => listen(server, 0));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    attach(fn) {
      target = fn;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((listening, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      listening();
    });
  });
}

function asResponse(outcome: Outcome | undefined): HttpResponse {
  if (!outcome) return { statusCode: 503, body: 'the function is not there yet' };
  if (!outcome.ok) return { statusCode: 502, body: 'Internal Server Error' };
  // as a function of a URL answers
  const payload = outcome.payload as HttpResponse | null;
  // an answer without a status is a body
  return typeof payload?.statusCode === 'number'
    ? payload
    : { statusCode: 200, body: JSON.stringify(payload) };
}

async function asEvent(request: IncomingMessage): Promise<object> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  const now = new Date();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: Object.fromEntries(headers),
    ...(search && { queryStringParameters: Object.fromEntries(searchParams) }),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'local',
      domainName: '127.0.0.1',
      domainPrefix: 'local',
      http: {
        method: request.method,
        path: pathname,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    body: Buffer.concat(chunks).toString(),
    isBase64Encoded: false,
  };
}
