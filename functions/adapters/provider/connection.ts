import * as http from 'node:http';
import * as https from 'node:https';
import { TLSSocket } from 'node:tls';
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { AmbiguousOutcomeError, UnreachableError } from '../../rooms/model/errors.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { SECOND } from '../../rooms/model/time.ts';
import { checkedBaseUrl, pathOf, urlOf } from './address.ts';
import type { ProviderCall } from './call.ts';

/** An answer with any status. */
export interface Reply {
  readonly call: ProviderCall;
  /** The call as errors name it: method, path, application. */
  readonly title: string;
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly milliseconds: Duration;
  /** The header that was sent: no message about this reply may contain it. */
  readonly authorization: string;
}

/** A call, for metrics. */
export interface ObservedCall {
  readonly application: string;
  readonly method: ProviderCall['method'];
  readonly route: string;
  /** Absent if no complete answer came: a time-out, a reset, a torn body. */
  readonly status?: number;
  readonly milliseconds: Duration;
  readonly askedAt: Instant;
  /** The server's time of the answer, to the second. */
  readonly serverTime?: Instant;
}

export type CallObserver = (call: ObservedCall) => void;

export interface ConnectionOptions {
  readonly application: string;
  readonly baseUrl: string;
  readonly now: () => Instant;
  /**
   * For a whole call, from the first byte of the request to the last byte of the answer.
   *
   * @default 10 seconds
   */
  readonly timeout?: Duration;
  readonly onCall?: CallObserver;
}

export type Send = (call: ProviderCall, authorization: string) => Promise<Reply>;

const TIMEOUT: Duration = 10 * SECOND;

/** The server may have closed a socket that was idle for longer, without notice. */
const LONGEST_REST: Duration = 4 * SECOND;

/** No answer of a provider is nearly as large. */
const LARGEST_REPLY = 8 * 1024 * 1024;

/**
 * Sends calls over kept-alive sockets. It uses `node:https` and not `fetch`: that needs less than half the
 * CPU time for each call, the calls of AWS have loaded it already, and it can drop idle sockets.
 *
 * A container that was frozen between two invocations has dead sockets, and a create that is written to a
 * dead socket has an ambiguous outcome. So no call uses a socket that was idle for longer than four seconds.
 */
export function connection(options: ConnectionOptions): Send {
  const { application, now, timeout = TIMEOUT, onCall } = options;
  const base = checkedBaseUrl(options.baseUrl, application);
  const { Agent, request } = base.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true });
  let underWay = 0;
  let lastUse: Instant = 0;

  function dropRestedSockets() {
    if (underWay === 0 && Math.abs(now() - lastUse) > LONGEST_REST) agent.destroy();
  }

  async function send(call: ProviderCall, authorization: string): Promise<Reply> {
    dropRestedSockets();
    underWay += 1;
    const title = `${call.method} ${pathOf(call)} of application ${application}`;
    const started = performance.now();
    const askedAt = now();
    const elapsed = () => Math.round(performance.now() - started);
    const signal = AbortSignal.timeout(timeout);
    let status: number | undefined;
    let serverTime: Instant | undefined;
    let connected = false;
    try {
      const { head, text } = await exchange(request, urlOf(base, call), {
        agent,
        signal,
        method: call.method,
        authorization,
        onConnected: () => {
          connected = true;
        },
        ...contentOf(call),
      });
      status = head.statusCode ?? 0;
      serverTime = timeOf(head.headers.date);
      return { call, title, status, headers: head.headers, text, milliseconds: elapsed(), authorization };
    } catch (error) {
      const timedOut = signal.aborted ? timeout : undefined;
      throw connected ? unanswered(title, error, timedOut, elapsed()) : unreached(title, error, timedOut);
    } finally {
      underWay -= 1;
      lastUse = now();
      const { method, route } = call;
      onCall?.({ application, method, route, status, milliseconds: elapsed(), askedAt, serverTime });
    }
  }

  return send;
}

/** Returns the body and its content type. */
function contentOf({ body, form }: ProviderCall) {
  if (body !== undefined) return { body: JSON.stringify(body), contentType: 'application/json' };
  if (form === undefined) return { body: undefined, contentType: undefined };
  return { body: new URLSearchParams(form).toString(), contentType: 'application/x-www-form-urlencoded' };
}

function timeOf(date: string | undefined): Instant | undefined {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? undefined : time;
}

interface Exchange {
  readonly agent: http.Agent;
  readonly signal: AbortSignal;
  readonly method: string;
  readonly authorization: string;
  readonly body: string | undefined;
  readonly contentType: string | undefined;
  /** Called once connected: from now on the server may have read the call. */
  readonly onConnected: () => void;
}

async function exchange(
  request: typeof http.request,
  url: URL,
  { body, contentType, authorization, onConnected, ...options }: Exchange,
) {
  const headers: http.OutgoingHttpHeaders = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    authorization,
    'user-agent': 'evergreen-rooms',
  };
  if (body !== undefined) {
    headers['content-type'] = contentType;
    headers['content-length'] = Buffer.byteLength(body);
  }
  const head = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request(url, { ...options, headers }, resolve)
      .on('error', reject)
      .on('socket', (socket) => {
        if (!socket.connecting) onConnected();
        else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', onConnected);
      })
      .end(body);
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of head) {
    bytes += chunk.length;
    if (bytes > LARGEST_REPLY) throw new Error(`the answer is larger than ${LARGEST_REPLY} bytes`);
    chunks.push(chunk);
  }
  return { head, text: textOf(Buffer.concat(chunks), head.headers['content-encoding']) };
}

const DECODERS: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Buffer>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

/**
 * Returns the text of a body. No content coding was requested, but a proxy may have applied one. Known
 * codings are decoded; a body with any other is read as it is. A byte order mark is removed.
 */
function textOf(bytes: Buffer, codings = ''): string {
  const names = codings.toLowerCase().split(',').reverse();
  const plain = names.reduce(
    (coded, name) => DECODERS[name.trim()]?.(coded, { maxOutputLength: LARGEST_REPLY }) ?? coded,
    bytes,
  );
  return new TextDecoder().decode(plain);
}

function reasonOf(error: unknown): string {
  // the field of Node.js, absent in other errors
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : 'unknown';
}

function unreached(title: string, error: unknown, timedOut: Duration | undefined): UnreachableError {
  const found = timedOut === undefined ? reasonOf(error) : `no connection within ${timedOut} ms`;
  return new UnreachableError(
    `${title} could not reach the provider (${found}), so nothing was sent: it is tried again; check the application's ` +
      'base URL and the network if it stays so',
    { cause: error },
  );
}

function unanswered(title: string, error: unknown, timedOut: Duration | undefined, milliseconds: Duration) {
  const found =
    timedOut === undefined
      ? `broke off after ${milliseconds} ms (${reasonOf(error)})`
      : `gave no whole answer within ${timedOut} ms`;
  return new AmbiguousOutcomeError(`${title} ${found}: it may still have had its effect`, {
    cause: error,
  });
}
