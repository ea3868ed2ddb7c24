import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const BREAK_OFF = new URL('../../../emulators/http/break-off.ts', import.meta.url).href;

/** In a process of its own, since what would go wrong is that it never ends. */
async function whatTheClientSees(before: string): Promise<string> {
  const script = `
    import { connect, createServer } from 'node:net';
    import { breakOff } from '${BREAK_OFF}';
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.once('data', () => {
        ${before}
        breakOff(socket);
        server.close();
      });
    });
    server.listen(0, '127.0.0.1', () => {
      const client = connect(server.address().port, '127.0.0.1', () => client.end('hello'));
      client.resume().on('error', ({ code }) => console.log(code)).on('end', () => console.log('end'));
    });`;
  const options = { timeout: 15_000 };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', script],
    options,
  );
  return stdout.trim();
}

test('a connection that is broken off is reset', async () => {
  expect(await whatTheClientSees('')).toBe('ECONNRESET');
});

test('a connection that is ending already is closed, and the process can end', async () => {
  expect(await whatTheClientSees('socket.end();')).toBe('end');
});
