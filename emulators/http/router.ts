import { type CallLine, pathPattern } from './patterns.ts';

export interface Route<Handler> {
  readonly method: string;
  readonly matcher: RegExp;
  readonly handler: Handler;
}

export interface Match<Handler> {
  readonly handler: Handler;
  readonly params: Readonly<Record<string, string>>;
}

/** @param table handlers under `POST /rooms`, `GET /rooms/:id`, ...; the first that matches is used */
export function createRouter<Handler>(table: Readonly<Record<string, Handler>>) {
  const routes = Object.entries(table).map(([line, handler]): Route<Handler> => {
    const [method = '', path = ''] = line.split(' ');
    return { method, matcher: pathPattern(path), handler };
  });
  return (call: CallLine): Match<Handler> | undefined => {
    for (const { method, matcher, handler } of routes) {
      if (method !== call.method) continue;
      const found = matcher.exec(call.path);
      if (found) return { handler, params: decoded(found.groups ?? {}) };
    }
    return undefined;
  };
}

function decoded(params: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decode(value)]));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
