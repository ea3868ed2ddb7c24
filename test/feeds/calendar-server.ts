import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A server of one calendar, on loopback, at an address that nobody guesses. */
export interface CalendarServer {
  readonly address: string;
  readonly requests: IncomingMessage[];
  /** What it has. */
  text: string;
  /** What it does instead of answering as it should. */
  fault?: (response: ServerResponse, request: IncomingMessage) => void;
  stop(): Promise<void>;
}

/** Part of every address, and of nothing else. */
export const SECRET_PATH = 'private-5f2c9a';

export async function startCalendarServer(): Promise<CalendarServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    if (state.fault) return state.fault(response, request);
    const etag = `"${createHash('sha256').update(state.text).digest('hex')}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
    const headers = { etag, 'content-type': 'text/calendar; charset=utf-8', 'content-encoding': 'gzip' };
    response.writeHead(200, headers).end(gzipSync(state.text));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const state: CalendarServer = {
    address: `http://127.0.0.1:${port}/${SECRET_PATH}/basic.ics`,
    requests,
    text: '',
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}
