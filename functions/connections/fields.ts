/** What a system's answer may have, of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object; none of anything else. */
export function fieldsOf(value: unknown): Fields {
  // any object may be asked for a field, which is unknown
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** A text; '' in place of anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
