import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect, test } from 'vitest';
import { signedHeaders } from '../../../functions/adapters/aws/signature.ts';
import { START } from '../../support/rooms.ts';

type SourceData = string | ArrayBuffer | ArrayBufferView;

function bytesOf(data: SourceData): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return 'buffer' in data ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

/** The hash that the SDK's signer asks for. */
class Sha256 {
  readonly #hash;
  constructor(secret?: SourceData) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: SourceData): void {
    this.#hash.update(bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

const SIGNER = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG',
  region: 'eu-central-1',
};

test.each([
  ['dynamodb', 'https://dynamodb.eu-central-1.amazonaws.com/', '{"TableName":"links"}', undefined],
  ['sqs', 'http://127.0.0.1:4100/', '{"MessageBody":"ä"}', 'a session'],
])(
  "a request to %s is signed as the SDK's own signer signs it",
  async (service, address, body, sessionToken) => {
    const url = new URL(address);
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'Service.Call' };
    const ours = signedHeaders({ service, url, headers, body }, { ...SIGNER, sessionToken }, START);

    const signer = new SignatureV4({
      service,
      region: SIGNER.region,
      credentials: { ...SIGNER, ...(sessionToken !== undefined && { sessionToken }) },
      sha256: Sha256,
      applyChecksum: false,
    });
    const theirs = await signer.sign(
      {
        method: 'POST',
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        headers: { ...headers, host: url.host },
        body,
      },
      { signingDate: new Date(START) },
    );
    expect(ours.authorization).toBe(theirs.headers.authorization);
  },
);
