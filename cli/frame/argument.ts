/** Quotes an argument for a shell, if it needs that. */
export function argument(key: string): string {
  return /^[\w:./@%+=-]+$/.test(key) ? key : `'${key.replaceAll("'", "'\\''")}'`;
}
