/** A call for patterns: the path without the emulator's prefix and without the query. */
export interface CallLine {
  readonly method: string;
  readonly path: string;
}

/**
 * Compiles a path with `:name` for one segment, `*` for any text inside a segment and `**` for any text.
 * `:name` becomes a named group.
 */
export function pathPattern(path: string): RegExp {
  const source = path.replace(/\*\*|\*|:[a-z_]\w*|[.+?^${}()|[\]\\]/gi, (found) => {
    if (found === '**') return '.*';
    if (found === '*') return '[^/]*';
    if (found.startsWith(':')) return `(?<${found.slice(1)}>[^/]+)`;
    return `\\${found}`;
  });
  return new RegExp(`^${source}$`);
}

/**
 * Reads `POST /rooms`, `* /rooms/:id`, `/rooms/**`, `PATCH` or `*`.
 *
 * @throws Error for any other form
 */
export function callPattern(pattern: string): (call: CallLine) => boolean {
  const read = /^(?:(?<method>[A-Z]+|\*)(?: |$))?(?<path>\/.*)?$/.exec(pattern.trim());
  if (!read?.groups || pattern.trim() === '') {
    throw new Error(
      `call pattern "${pattern}" is not readable: write it like "POST /rooms", "* /rooms/**" or "PATCH"`,
    );
  }
  const { method = '*', path = '/**' } = read.groups;
  const matcher = pathPattern(path);
  return (call) => (method === '*' || method === call.method) && matcher.test(call.path);
}
