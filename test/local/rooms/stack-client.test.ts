import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { StackClient } from '../../../local/rooms/stack-client.ts';

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const answering = (answer: RequestListener) => portOf(createServer(answer));

test('a stack that is stopped while it works is told apart from one that never ran', async () => {
  const port = await answering((request) => request.socket.destroy());
  await expect(new StackClient(port).rooms()).rejects.toThrow(
    `the stack on port ${port} gave no answer (other side closed): was it stopped?`,
  );
});

test('something that listens and says nothing is given up', async () => {
  const port = await portOf(
    createSocketServer((socket) => {
      socket.on('error', () => {});
      onTestFinished(() => void socket.destroy());
    }),
  );
  await expect(new StackClient(port, 50).rooms()).rejects.toThrow(
    `what listens on port ${port} gave no answer in 0.05 s: is it a stack? Start one by npm start -- --port ${port}`,
  );
});

test('a server that is no stack is named as such', async () => {
  const port = await answering((_request, response) => response.end('<html>'));
  await expect(new StackClient(port).rooms()).rejects.toThrow(`what listens on port ${port} is no stack`);
});

test('whoever stops a turn hears no other reason', async () => {
  const port = await answering(() => stopped.abort(new Error('enough')));
  const stopped = new AbortController();
  await expect(new StackClient(port).turnTo(1, stopped.signal)).rejects.toThrow('enough');
});
