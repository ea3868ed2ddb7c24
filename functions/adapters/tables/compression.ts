import { gunzipSync, gzipSync } from 'node:zlib';

/** Compresses a value that would use much of the 400 KB of a row into one small attribute. */
export function compressed(value: unknown): Uint8Array {
  return gzipSync(JSON.stringify(value));
}

/** Decompresses a value; the caller knows its type. */
export function decompressed<T>(bytes: unknown): T {
  // DynamoDB returns a binary attribute as bytes
  return JSON.parse(gunzipSync(bytes as Uint8Array).toString('utf8'));
}
