import { generateKeyPairSync, sign } from 'node:crypto';

/** A private key, and a certificate that it has signed itself, both in PEM. */
export interface SelfSigned {
  readonly privateKey: string;
  readonly certificate: string;
}

/** A value of DER: its tag, its length, its content. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const sequence = (...contents: readonly Uint8Array[]) => der(0x30, ...contents);
const bytes = (hex: string) => Buffer.from(hex, 'hex');
const time = (text: string) => der(0x18, Buffer.from(text));

/** sha256WithRSAEncryption. */
const ALGORITHM = sequence(der(0x06, bytes('2a864886f70d01010b')), der(0x05));

/** Node.js reads certificates and makes none. */
export function selfSigned(name: string): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const commonName = sequence(der(0x31, sequence(der(0x06, bytes('550403')), der(0x0c, Buffer.from(name)))));
  const validity = sequence(time('20200101000000Z'), time('20991231235959Z'));
  const toBeSigned = sequence(
    der(0x02, bytes('01')),
    ALGORITHM,
    commonName,
    validity,
    commonName,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = der(0x03, bytes('00'), sign('sha256', toBeSigned, privateKey));
  const base64 = sequence(toBeSigned, ALGORITHM, signature)
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n');
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
  };
}
