import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApplicationEntry } from '../../functions/runtime/environment.ts';
import type { LocalRooms } from './local-rooms.ts';

/** The port at which commands look for a running stack, unless `--port` names another. */
export const CONTROL_PORT = Number(process.env.EVERGREEN_ROOMS_PORT || 4747);

export interface ControlServer {
  readonly port: number;
  /** Sets the stack that it answers for from now on. */
  attach(rooms: LocalRooms): void;
  stop(): Promise<void>;
}

/** The facts of a running stack. */
export interface StackFacts {
  readonly stack: string;
  readonly now: string;
  readonly requestsQueueUrl: string;
  readonly bus: string;
  readonly table: string;
  /** The pool, with the names of its secrets. */
  readonly applications: readonly ApplicationEntry[];
  readonly provider: { readonly title: string; readonly url: string };
  readonly upcoming: readonly { readonly name: string; readonly at: string }[];
  /** Work that is in progress or waits for its time. */
  readonly waiting: readonly { readonly queue: string; readonly messages: number; readonly next?: string }[];
  readonly environment: Readonly<Record<string, string>>;
}

/** @param signal fires when the caller is gone */
type Answer = (body: Record<string, unknown>, signal: AbortSignal) => unknown;
/**
 * How far a turn follows delayed work: a person who turns the clock by an hour during an outage does not want
 * to be a day ahead.
 */
const FOLLOWED = 3_600_000;

type Answers = Readonly<Record<string, Answer>>;

/**
 * Answers the commands of a person to a running stack, on loopback. It listens before the stack exists, so
 * that a port in use is reported immediately.
 */
export async function openControl(port: number): Promise<ControlServer> {
  let answers: Answers = {};
  const server = createServer((request, response) => {
    const asked = new AbortController();
    // the work of a command stops when the command is interrupted
    response.once('close', () => asked.abort(new Error('the caller of the command is gone')));
    void reply(request, answers, asked.signal).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    attach(rooms) {
      answers = answersOf(rooms);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function answersOf({ stack, doors, provider }: LocalRooms): Answers {
  // turns run one after the other: two at the same time would interfere with each other's stops
  let turning: Promise<unknown> = Promise.resolve();
  return {
    'GET /': (): StackFacts => ({
      stack: stack.template.stackName,
      now: new Date().toISOString(),
      requestsQueueUrl: doors.requestsQueueUrl,
      bus: doors.bus,
      table: doors.table,
      applications: doors.applications,
      provider: { title: provider.title, url: provider.url },
      upcoming: stack.scheduler.upcoming().map(({ name, at }) => ({ name, at: iso(at) })),
      waiting: stack.waiting().map(({ queue, messages, wakesAt }) => ({
        queue,
        messages,
        ...(wakesAt !== undefined && { next: iso(wakesAt) }),
      })),
      environment: stack.environment,
    }),
    'GET /rooms': () => doors.rooms(),
    'GET /announcements': () => doors.announcements(),
    'GET /dead-letters': () => doors.deadLetters(),
    'GET /logs': () => stack.logs.slice(-1000),
    'POST /feeds': async ({ name, address }) => {
      await doors.putFeedAddress(String(name), String(address));
      return {};
    },
    'POST /calendars': async ({ key, text }) => {
      await doors.putCalendar(String(key), String(text));
      return {};
    },
    'POST /rehearsals': ({ body, calendar, text }) =>
      calendar === undefined
        ? doors.rehearse(String(body))
        : doors.rehearseCalendar(String(calendar), String(text)),
    'POST /quiet': (_body, signal) => stack.quiet(signal).then(() => ({})),
    'POST /clock': async ({ to }, signal) => {
      if (typeof to !== 'number' || !Number.isFinite(to))
        throw new Error(`"to" must be milliseconds since the epoch`);
      turning = turning.catch(() => {}).then(() => stack.turnTo(to, { signal, follow: FOLLOWED }));
      await turning;
      await provider.settle();
      return { now: new Date().toISOString() };
    },
  };
}

const iso = (instant: number) => new Date(instant).toISOString();

async function reply(request: IncomingMessage, answers: Answers, signal: AbortSignal) {
  try {
    // a web page may send requests to loopback too, but always with this header
    if (request.headers.origin) return { status: 403, body: { error: 'not for web pages' } };
    const answer = answers[`${request.method} ${request.url}`];
    const known = Object.keys(answers).join(', ');
    if (!known) return { status: 503, body: { error: 'the stack is still starting: try again in a moment' } };
    if (!answer) return { status: 404, body: { error: `there is ${known}` } };
    let text = '';
    for await (const chunk of request) text += chunk;
    return { status: 200, body: await answer(text ? JSON.parse(text) : {}, signal) };
  } catch (error) {
    // an error without a name of its own is for the person: the call is wrong
    const status = error instanceof Error && error.name === 'Error' ? 400 : 500;
    return { status, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((listening, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `port ${port} is taken, perhaps by another stack: stop that one, or start with --port ${port + 1}`;
      failed(error.code === 'EADDRINUSE' ? new Error(taken, { cause: error }) : error);
    });
    server.listen(port, '127.0.0.1', listening);
  });
}
