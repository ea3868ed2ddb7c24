import type { ServerResponse } from 'node:http';
import { breakOff } from './break-off.ts';

/**
 * The answer of an emulator. A string is sent as plain text, bytes are sent unchanged, anything else is JSON,
 * and undefined is no body.
 */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Throw this anywhere below an emulator's `answer` to end the call with this reply. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`refused with ${reply.status}`);
    this.reply = reply;
  }
}

interface Encoded {
  readonly headers: Record<string, string>;
  readonly bytes: Buffer;
}

/** The `Date` is the emulator's, so that a client can compare a `Retry-After` date with it. */
function encode(reply: Reply, now: number): Encoded {
  const bytes = bytesOf(reply.body);
  const type = typeof reply.body === 'string' ? 'text/plain' : 'application/json';
  const headers: Record<string, string> = { date: new Date(now).toUTCString(), ...reply.headers };
  if (bytes.length > 0) headers['content-type'] ??= `${type}; charset=utf-8`;
  return { headers, bytes };
}

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''));
}

export function send(response: ServerResponse, reply: Reply, now: number): void {
  const { headers, bytes } = encode(reply, now);
  // A 204 has no length, and HEAD has the length of GET's body.
  if (reply.status !== 204) headers['content-length'] = String(bytes.length);
  response.writeHead(reply.status, headers).end(bytes);
}

/** Sends headers for the whole body and half of the body, then closes the connection. */
export function sendTorn(response: ServerResponse, reply: Reply, now: number): void {
  const { headers, bytes } = encode(reply, now);
  if (bytes.length < 2) {
    breakOff(response.socket);
    return;
  }
  headers['content-length'] = String(bytes.length);
  response.writeHead(reply.status, headers);
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.destroy());
}

/** Sends a well-formed HTTP reply with half of the JSON. */
export function sendGarbled(response: ServerResponse, reply: Reply, now: number): void {
  const { headers, bytes } = encode(reply, now);
  const half = bytes.subarray(0, bytes.length >> 1);
  response.writeHead(reply.status, { ...headers, 'content-length': String(half.length) }).end(half);
}
