import { type Sign, uselessSecret } from './credentials.ts';

/** A key that is sent as it is. A refused key stays refused, so it is not signed again. */
export function apiKeySigner({ application, secret }: { application: string; secret: string }): Sign {
  return async (value) => {
    const key = value.trim();
    if (/^[\x21-\x7e]+$/.test(key) && !key.startsWith('{')) return `Bearer ${key}`;
    throw uselessSecret(application, secret, fault(key), 'the plain API key');
  };
}

function fault(key: string): string {
  if (key === '') return 'it is empty';
  if (key.startsWith('{')) return 'it holds JSON and not a key';
  return `its ${key.length} characters are not all printable ASCII without blanks`;
}
