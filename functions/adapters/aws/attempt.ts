import * as http from 'node:http';
import * as https from 'node:https';
import { type Signer, signedHeaders } from './signature.ts';

export interface AwsCall {
  /** The name with which a request is signed. */
  readonly service: 'dynamodb' | 'events' | 'secretsmanager' | 'sqs';
  /** The value of the header `x-amz-target`. */
  readonly target: string;
  readonly endpoint: URL;
  readonly body: object;
  /** The version of the JSON protocol. Default: 1.0. */
  readonly json?: '1.0' | '1.1';
}

/** An answer with any status. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  /** The type of an error in the headers: the body of SQS's errors has another name. */
  readonly errorType: string | undefined;
  /** The time of AWS. */
  readonly date: string | undefined;
}

export interface AttemptOptions {
  readonly signer: Signer;
  /** Milliseconds, from the connection to the last byte of the answer. */
  readonly timeOut: number;
  /** The time of the signature, in milliseconds, as `Date.now()`. */
  readonly signedAt: number;
}

/** No answer is nearly as large: a page of a table has a megabyte of items. */
const LARGEST_ANSWER = 32 * 1024 * 1024;

/** Connections stay open between invocations. A batch of ten with its calls side by side needs fewer. */
const AGENT = { keepAlive: true, maxSockets: 50 };
const agents = {
  'http:': new http.Agent(AGENT),
  'https:': new https.Agent(AGENT),
};

/** A connection that was used before is closed. */
class StaleError extends Error {}

/**
 * Makes one attempt at a call. Returns the answer, or the error of the network.
 *
 * AWS closes idle connections, and a container that was frozen notices at its next call: once for each
 * connection. This is no attempt.
 */
export async function replyTo(call: AwsCall, options: AttemptOptions): Promise<Reply | Error> {
  while (true) {
    const reply = await sendOnce(call, options);
    if (!(reply instanceof StaleError)) return reply;
  }
}

function sendOnce(
  { service, target, endpoint, body, json = '1.0' }: AwsCall,
  { signer, timeOut, signedAt }: AttemptOptions,
): Promise<Reply | Error> {
  const text = JSON.stringify(body);
  const headers = signedHeaders(
    {
      service,
      url: endpoint,
      headers: { 'content-type': `application/x-amz-json-${json}`, 'x-amz-target': target },
      body: text,
    },
    signer,
    signedAt,
  );
  const { request, agent } =
    endpoint.protocol === 'http:'
      ? { request: http.request, agent: agents['http:'] }
      : { request: https.request, agent: agents['https:'] };
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const settle = (outcome: Reply | Error) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const giveUp = (reason: string) => {
      settle(new Error(reason));
      sent.destroy();
    };
    const sent = request(endpoint, { method: 'POST', headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > LARGEST_ANSWER) giveUp(`the answer is larger than ${LARGEST_ANSWER} bytes`);
      });
      response.on('error', settle);
      response.on('end', () =>
        settle({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          errorType: (
            response.headers['x-amzn-query-error'] ?? response.headers['x-amzn-errortype']
          )?.toString(),
          date: response.headers.date,
        }),
      );
    });
    // a call that waits for one of the connections is not late yet
    sent.on('socket', () => {
      timer = setTimeout(() => giveUp(`no complete answer within ${timeOut} ms`), timeOut);
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      settle(sent.reusedSocket && isClosed ? new StaleError(error.message, { cause: error }) : error);
    });
    sent.end(text);
  });
}
