import { type Sign, uselessSecret } from '../../provider/credentials.ts';

/** Sends `user:password` as Basic (RFC 7617), and any other value as a bearer token. */
export function caldavSigner({ application, secret }: { application: string; secret: string }): Sign {
  return async (value) => {
    const credential = value.trim();
    const fault = faultOf(credential);
    if (fault)
      throw uselessSecret(application, secret, fault, 'user:password or a bearer token', 'connection');
    const isLogin = credential.includes(':');
    return isLogin ? `Basic ${Buffer.from(credential).toString('base64')}` : `Bearer ${credential}`;
  };
}

function faultOf(credential: string): string | undefined {
  if (credential === '') return 'it is empty';
  if (credential.startsWith('{')) return 'it holds JSON';
  if (/\p{Cc}/u.test(credential)) return 'it has more than one line';
  if (!credential.includes(':') && !/^[\x21-\x7e]+$/.test(credential))
    return 'it is neither user:password nor a token of printable ASCII without blanks';
  return undefined;
}
