import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { CallLog } from './calls.ts';
import type { Clock } from './clock.ts';
import { type ControlHandler, commonControls } from './control.ts';
import { UnreadableOrderError } from './fault-rules.ts';
import { Faults } from './faults.ts';
import { deliver, type Failure, outgoing } from './faulty-replies.ts';
import { seededRandom } from './random.ts';
import { Refusal, type Reply, send } from './replies.ts';
import { type EmulatorRequest, readRequest, UnreadableBodyError } from './requests.ts';
import { createRouter } from './router.ts';
import { type Tap, Taps } from './taps.ts';

export interface EmulatorDefinition {
  readonly title: string;
  /** Default: a free port. */
  readonly port?: number;
  readonly clock: Clock;
  /** The seed of random faults. Default 1. */
  readonly seed?: number;
  /** The paths of the API, the longest first. */
  readonly prefixes: readonly string[];
  /** The API itself. May throw a `Refusal`. */
  readonly answer: (request: EmulatorRequest) => Reply | Promise<Reply>;
  readonly failure: Failure;
  /** Additional control endpoints, such as `POST /_control/rooms/:id/expire`. */
  readonly controls?: Readonly<Record<string, ControlHandler>>;
}

/** The interface of every emulator. */
export interface Emulator {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly calls: CallLog;
  /**
   * Passes every exchange to a function, which may change the answer.
   *
   * @returns a function that removes the tap
   */
  tap(tap: Tap): () => void;
  /** Closes immediately, even if calls hang. */
  close(): Promise<void>;
}

/** Longer than any client keeps an idle connection, so that the server never closes one first. */
const KEEP_ALIVE = 120_000;

const CONTROL = '/_control';

/** Listens on loopback only. @throws Error with a reason if the port is in use */
export async function startEmulator(definition: EmulatorDefinition): Promise<Emulator> {
  const { title, clock, failure, prefixes } = definition;
  const faults = new Faults(seededRandom(definition.seed ?? 1));
  const calls = new CallLog();
  const taps = new Taps();
  /** The latest reply of each kind of call, for the fault that answers with another room. */
  const successes = new Map<string, Reply>();
  const closing = new AbortController();
  const control = createRouter({
    ...commonControls({ title, clock, faults, calls }),
    ...definition.controls,
  });

  const answer = async (request: EmulatorRequest): Promise<Reply> => {
    try {
      if (request.tooLarge) return failure(413, 'the body is larger than 1 MiB', 0);
      return await definition.answer(request);
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      if (error instanceof UnreadableBodyError) return failure(400, error.message, 0);
      console.error(`${title}: ${request.method} ${request.path} failed inside the emulator`, error);
      return failure(500, 'the emulator itself failed', 0);
    }
  };

  const serveApi = async (request: EmulatorRequest, response: ServerResponse) => {
    const fault = faults.draw(request);
    if (fault?.delay) await wait(fault.delay, undefined, { signal: closing.signal });
    const reply =
      fault && fault.fault !== 'delay' && fault.strikes === 'before' ? undefined : await answer(request);
    const kind = `${request.method} ${request.path.split('/').length}`;
    const swapped = fault?.fault === 'another-room' ? (successes.get(kind) ?? reply) : reply;
    if (reply && reply.status < 300) successes.set(kind, reply);
    const due = outgoing(swapped, fault, failure, clock.now());
    const sent = taps.pass({ request, handled: reply, sent: due, fault });
    deliver(response, sent, fault?.fault, clock.now());
    calls.add({
      method: request.method,
      path: request.path,
      query: request.queryText,
      at: clock.now(),
      ...(request.account && { account: request.account }),
      ...(reply && { handled: reply.status }),
      ...(sent && { sent: sent.status }),
      ...(fault && { fault: fault.fault }),
    });
  };

  const serveControl = async (request: EmulatorRequest, response: ServerResponse) => {
    send(response, await controlled(control, request, title), clock.now());
  };

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE, noDelay: true }, (incoming, response) => {
    handle(incoming, response).catch((error) => {
      response.destroy();
      // a caller that has gone, or the end of the emulator during a delay, is not a failure
      if (!closing.signal.aborted && !incoming.errored) console.error(`${title}: a call failed`, error);
    });
  });

  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request = await readRequest(incoming, prefixes);
    const isControl = request.prefix === '' && (request.path === '/' || request.path.startsWith(CONTROL));
    await (isControl ? serveControl : serveApi)(request, response);
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, definition.port)));
    server.listen(definition.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock,
    faults,
    calls,
    tap: (tap) => taps.add(tap),
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function controlled(
  control: ReturnType<typeof createRouter<ControlHandler>>,
  request: EmulatorRequest,
  title: string,
): Promise<Reply> {
  const match = control(request.path === '/' ? { method: request.method, path: CONTROL } : request);
  if (!match) return { status: 404, body: { error: `${title} has no ${request.method} ${request.path}` } };
  try {
    return await match.handler(request, match.params);
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    if (error instanceof UnreadableOrderError || error instanceof UnreadableBodyError) {
      return { status: 400, body: { error: error.message } };
    }
    throw error;
  }
}

function explained(error: NodeJS.ErrnoException, port: number | undefined): Error {
  if (error.code === 'EADDRINUSE') {
    return new Error(
      `port ${port} on 127.0.0.1 is taken: stop what listens there or choose another with --port`,
      {
        cause: error,
      },
    );
  }
  return error;
}
