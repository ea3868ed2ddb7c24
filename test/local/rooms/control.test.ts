import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type ControlServer, openControl } from '../../../local/rooms/control.ts';

async function control(): Promise<ControlServer> {
  const opened = await openControl(0);
  onTestFinished(() => opened.stop());
  return opened;
}

test('a stack that is still starting says so', async () => {
  const { port } = await control();
  const answer = await fetch(`http://127.0.0.1:${port}/rooms`);
  expect([answer.status, await answer.json()]).toEqual([
    503,
    { error: 'the stack is still starting: try again in a moment' },
  ]);
});

test('a page in a browser is not answered', async () => {
  const { port } = await control();
  const answer = await fetch(`http://127.0.0.1:${port}/rooms`, {
    headers: { origin: 'https://example.com' },
  });
  expect([answer.status, await answer.json()]).toEqual([403, { error: 'not for web pages' }]);
});

test('a port that is taken is named, and another one proposed', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await expect(openControl(port)).rejects.toThrow(
    `port ${port} is taken, perhaps by another stack: stop that one, or start with --port ${port + 1}`,
  );
});
