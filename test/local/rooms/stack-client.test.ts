import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { StackClient } from '../../../local/rooms/stack-client.ts';

test('a stack that is stopped while it works is told apart from one that never ran', async () => {
  const server = createServer((request) => request.socket.destroy()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await expect(new StackClient(port).rooms()).rejects.toThrow(
    `the stack on port ${port} gave no answer (other side closed): was it stopped?`,
  );
});
