/** A part of a system's answer with unknown content. */
export type Fields = Readonly<Record<string, unknown>>;

/** Returns the fields of an object; no fields for any other value. */
export function fieldsOf(value: unknown): Fields {
  // reading an unknown field of any object is safe
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Returns a text; '' for any other value. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
