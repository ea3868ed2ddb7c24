/*
 * What a message that was refused says of its sender all the same. It may be anything.
 */

/** Returns the key that a body names, if it is a valid key. */
export function keyIn(body: string): string | undefined {
  const content = parsed(body);
  const key = fieldOf(fieldOf(content, 'detail') ?? content, 'key');
  return typeof key === 'string' && /^[A-Za-z0-9\-_.:@/]{1,128}$/.test(key) ? key : undefined;
}

/** Returns the id of the event of the bus, if the body is one. */
export function eventIdIn(body: string): string | undefined {
  const content = parsed(body);
  const id = fieldOf(content, 'detail-type') === undefined ? undefined : fieldOf(content, 'id');
  return typeof id === 'string' && /^[A-Za-z0-9-]{1,100}$/.test(id) ? id : undefined;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function fieldOf(content: unknown, name: string): unknown {
  return typeof content === 'object' && content !== null
    ? // any object may be asked for a field, which is unknown
      (content as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
