import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { TABLE } from '../rotation/load.ts';

export const STACK = 'Bench';

/** What a command asked of the table since the last time that somebody wanted to know. */
export interface Asked {
  /** Calls by what they read: `table`, `index` or `row`. */
  readonly calls: Readonly<Record<string, number>>;
  /** Bytes of the answers. */
  readonly bytes: number;
}

export interface Service {
  readonly endpoint: string;
  take(): Asked;
  stop(): Promise<void>;
}

/** The functions of the stack, as far as the command reads them. */
const ENVIRONMENT = {
  POWERTOOLS_SERVICE_NAME: 'create-rooms',
  POWERTOOLS_METRICS_NAMESPACE: 'EvergreenRooms/bench',
  ROOMS_TABLE: TABLE,
  WORK_QUEUE: 'http://127.0.0.1:9/0/requests',
  EVENT_BUS: 'bus',
  APPLICATIONS: JSON.stringify(
    Array.from({ length: 10 }, (_, i) => ({
      provider: 'daily',
      name: `application-${i}`,
      secret: `secret-${i}`,
    })),
  ),
  RENEW_BEFORE_SECONDS: '604800',
  LONGEST_GAP_SECONDS: '90000',
};

const RESOURCES =
  '<member><LogicalResourceId>RoomsRequestsFunction01234567</LogicalResourceId><PhysicalResourceId>create-rooms</PhysicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType></member>';

const QUERIES: Readonly<Record<string, string>> = {
  DescribeStacks: `<Stacks><member><StackName>${STACK}</StackName><StackStatus>CREATE_COMPLETE</StackStatus></member></Stacks>`,
  ListStackResources: `<StackResourceSummaries>${RESOURCES}</StackResourceSummaries>`,
};

/** Answers as AWS does for a stack with one function, and hands what is for the table to an engine, counting it. */
export async function startService(engine: string): Promise<Service> {
  let calls: Record<string, number> = {};
  let bytes = 0;
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const target = String(request.headers['x-amz-target'] ?? '');
    if (target.startsWith('DynamoDB')) {
      const what = kindOf(target, body.toString());
      calls[what] = (calls[what] ?? 0) + 1;
      forward(engine, request, body, response, (size) => {
        bytes += size;
      });
    } else if (request.url?.includes('/functions/')) {
      json(response, { State: 'Active', Environment: { Variables: ENVIRONMENT } });
    } else xml(response, new URLSearchParams(body.toString()).get('Action') ?? '');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const asked = { calls, bytes };
      calls = {};
      bytes = 0;
      return asked;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function kindOf(target: string, body: string): string {
  if (target.endsWith('.Scan')) return 'table';
  return target.endsWith('.Query') && JSON.parse(body).IndexName === 'due' ? 'index' : 'row';
}

function forward(
  engine: string,
  { method, headers }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  counted: (bytes: number) => void,
): void {
  const { host: _host, ...others } = headers;
  const passed = ask(engine, { method, headers: others }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.on('data', (part: Buffer) => counted(part.length));
    answer.pipe(response);
  });
  passed.end(body);
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function xml(response: ServerResponse, action: string): void {
  const answer = `<${action}Response><${action}Result>${QUERIES[action] ?? ''}</${action}Result></${action}Response>`;
  response.writeHead(200, { 'content-type': 'text/xml' }).end(answer);
}
