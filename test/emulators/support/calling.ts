/** A reply as a test looks at it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the emulator sent, and fails where it differs
  readonly body: any;
}

/** One call over real HTTP; an object becomes a JSON body, a string goes out as it is. */
export async function call(
  url: string,
  {
    method = 'GET',
    body,
    ...init
  }: { method?: string; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Answer> {
  const reply = await fetch(url, {
    ...init,
    method,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await reply.text();
  const isJson = text !== '' && reply.headers.get('content-type')?.startsWith('application/json');
  return { status: reply.status, headers: reply.headers, body: isJson ? JSON.parse(text) : text };
}
