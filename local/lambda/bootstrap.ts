/**
 * Runs inside a container: imports the bundle once and passes it one event after the other. The date is
 * turned before the bundle is loaded, so that the bundle never sees another clock.
 */
import { flushCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { ONE_MACHINE } from '../../functions/runtime/one-machine.ts';
import { turnDate } from '../clock/turnable-date.ts';
import type { ContextData, FromContainer, InvocationError, ToContainer } from './messages.ts';

type Handler = (event: unknown, context: unknown) => unknown;

Object.assign(globalThis, { [ONE_MACHINE]: true });

let handler: Handler | undefined;

process.on('message', (message: ToContainer) => {
  if (message.type === 'clock') turnDate(message.offset);
  else if (message.type === 'init') void load(message);
  else void invoke(message.event, message.context, message.timeLeft);
});

// the stack that started this container is gone
process.on('disconnect', () => process.exit());

async function load(init: Extract<ToContainer, { type: 'init' }>): Promise<void> {
  turnDate(init.clockOffset);
  try {
    const module = (await import(pathToFileURL(init.module).href)) as Record<string, unknown>;
    const found = module[init.handler];
    if (typeof found !== 'function')
      throw new TypeError(`${init.module} exports no function ${init.handler}`);
    // it has just been checked to be a function
    handler = found as Handler;
    tell({ type: 'ready' });
    // a container is killed, and writes nothing at its end
    flushCompileCache();
  } catch (error) {
    tell({ type: 'init-failed', error: described(error) });
  }
}

async function invoke(event: unknown, data: ContextData, timeLeft: number): Promise<void> {
  // measured with the process's own timer: the date may be turned while the function works
  const deadline = performance.now() + timeLeft;
  const context = {
    ...data,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
  };
  try {
    tell({ type: 'done', payload: (await handler?.(event, context)) ?? null });
  } catch (error) {
    tell({ type: 'failed', error: described(error) });
  }
}

function described(error: unknown): InvocationError {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: 'Error', errorMessage: String(error) };
}

function tell(message: FromContainer): void {
  process.send?.(message);
}
