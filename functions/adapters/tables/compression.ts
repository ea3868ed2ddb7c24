import { gunzipSync, gzipSync } from 'node:zlib';

/** Values that would take much of the 400 KB of a row, as one small attribute. */
export function compressed(value: unknown): Uint8Array {
  return gzipSync(JSON.stringify(value));
}

/** The value that was packed; its type is for the caller to know. */
export function decompressed<T>(bytes: unknown): T {
  // DynamoDB gives a binary attribute as bytes
  return JSON.parse(gunzipSync(bytes as Uint8Array).toString('utf8'));
}
