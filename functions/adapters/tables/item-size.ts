/**
 * Returns the bytes of an item as DynamoDB counts them: names and texts in UTF-8, two digits per byte, bytes as
 * they are, three for a list or map, and one for each of its parts.
 */
export function bytesOf(item: object): number {
  return Object.entries(item)
    .filter(([, value]) => value !== undefined)
    .reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return 3 + value.reduce((sum, part) => sum + valueBytes(part) + 1, 0);
  if (typeof value !== 'object' || value === null) return 1;
  const parts = Object.values(value).filter((part) => part !== undefined).length;
  return 3 + bytesOf(value) + parts;
}
