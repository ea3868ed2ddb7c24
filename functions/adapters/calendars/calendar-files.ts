import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { textOf } from '../../feeds/bytes.ts';
import type { FileSource } from '../../feeds/read-file.ts';
import { RequestRefusedError } from '../../rooms/model/errors.ts';

const SIZE_LIMIT = 10 * 1024 * 1024;

/** Reads calendars from buckets. */
export function calendarFiles(client = new S3Client({})): FileSource {
  return {
    async read(Bucket, Key) {
      try {
        const { Body, ContentLength = 0 } = await client.send(new GetObjectCommand({ Bucket, Key }));
        if (ContentLength <= SIZE_LIMIT)
          return textOf((await Body?.transformToByteArray()) ?? new Uint8Array());
        throw new RequestRefusedError(`${Key}: must have at most ${SIZE_LIMIT} bytes, got ${ContentLength}`);
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
}
