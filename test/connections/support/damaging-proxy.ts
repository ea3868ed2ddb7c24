import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer on its way, as a server gave it. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Between a client and a server on this machine: it may damage answers, which stay whole as HTTP goes. */
export interface DamagingProxy {
  readonly origin: string;
  /** How answers become others; absent: they stay as they are. */
  damage: ((answer: Answer) => Answer) | undefined;
  close(): Promise<void>;
}

export async function startDamagingProxy(target: string): Promise<DamagingProxy> {
  const { hostname, port } = new URL(target);
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    const { method, url: path, headers } = request;
    // the server makes its links of the host that was called
    const onward = http.request({ hostname, port, method, path, headers, agent }, async (reply) => {
      const chunks: Buffer[] = [];
      for await (const chunk of reply) chunks.push(chunk);
      const { statusCode = 0, headers: given } = reply;
      const answer: Answer = {
        status: statusCode,
        type: given['content-type'] ?? '',
        text: Buffer.concat(chunks).toString('utf8'),
      };
      const { status, type, text } = proxy.damage?.(answer) ?? answer;
      const { 'transfer-encoding': _, 'content-encoding': __, ...kept } = given;
      const length = String(Buffer.byteLength(text));
      response.writeHead(status, { ...kept, 'content-type': type, 'content-length': length }).end(text);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: DamagingProxy = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    damage: undefined,
    async close() {
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return proxy;
}
