import type { ProviderCall } from './call.ts';

export function pathOf({ route, id }: ProviderCall): string {
  return id === undefined ? route : route.replace('{id}', encodeURIComponent(id));
}

/** Returns a URL below the path of the base URL, never at another host. */
export function urlOf(base: URL, call: ProviderCall): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/, '')}${pathOf(call)}`;
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

const LOOPBACK = /^(?:127(?:\.\d+){3}|localhost|\[::1\])$/;

/** @throws TypeError if credentials would be sent without TLS */
export function checkedBaseUrl(baseUrl: string, application: string): URL {
  const url = URL.parse(baseUrl);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (url && isSafe && url.username === '' && url.password === '' && url.search === '') return url;
  throw new TypeError(
    `the base URL of application ${application} must be https without user, password or query, since credentials ` +
      `are sent there (http is for loopback alone), got ${url ? `${url.protocol}//${url.host}${url.pathname}` : 'no URL'}`,
  );
}
