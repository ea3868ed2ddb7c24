import type { Socket } from 'node:net';

/**
 * Breaks a connection off: whoever waits for its answer sees a reset.
 *
 * One that is ending already is closed without it. Node refuses to reset such a one and then holds it for ever, so that
 * the process could not end.
 */
export function breakOff(socket: Socket | null): void {
  if (socket?.writableEnded) socket.destroy();
  else socket?.resetAndDestroy();
}
