/** Returns the message of an error: JavaScript code can throw any value. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
