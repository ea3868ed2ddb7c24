import type { Socket } from 'node:net';

/**
 * Breaks a connection off: the caller that waits for its answer sees a reset.
 *
 * A connection that is already ending is closed without a reset. Node.js refuses to reset it and then keeps
 * it for ever, so that the process could not end.
 */
export function breakOff(socket: Socket | null): void {
  if (socket?.writableEnded) socket.destroy();
  else socket?.resetAndDestroy();
}
