import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

/** The services with engines of their own, by the name for which a request is signed. */
export type Engines = Readonly<Record<string, string>>;

/** Returns the service for which a request was signed. */
export function serviceOf({ headers }: IncomingMessage): string | undefined {
  return /Credential=[^/]+\/\d+\/[^/]+\/([\w-]+)\//.exec(headers.authorization ?? '')?.[1];
}

/** Forwards a request unchanged, and returns its answer. */
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
