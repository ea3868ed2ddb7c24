import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

/** The services that engines of their own serve, by the name that a request is signed for. */
export type Engines = Readonly<Record<string, string>>;

/** Which service a request was signed for. */
export function serviceOf({ headers }: IncomingMessage): string | undefined {
  return /Credential=[^/]+\/\d+\/[^/]+\/([\w-]+)\//.exec(headers.authorization ?? '')?.[1];
}

/** Hands a request on as it is, and its answer back. */
export function forward(request: IncomingMessage, response: ServerResponse, endpoint: string): void {
  const { hostname, port } = new URL(endpoint);
  const { method, headers, url: path } = request;
  const onward = httpRequest({ hostname, port, method, path, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', (error) => {
    if (!response.headersSent) response.writeHead(502);
    response.end(error.message);
  });
  request.pipe(onward);
}
