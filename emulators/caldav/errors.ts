import { Refusal, type Reply } from '../http/replies.ts';
import { type Part, writeXml } from './xml.ts';

export const XML = { 'content-type': 'application/xml; charset=utf-8' };

/** A refusal that names the failed precondition (RFC 4918, 16). */
export function failedPrecondition(status: number, name: string): Refusal {
  const error: Part = ['DAV: error', [name]];
  return new Refusal({ status, headers: XML, body: writeXml(error, 'default') });
}

export const refusal = (status: number, reason: string): Refusal => new Refusal(failure(status, reason));

export const notAllowedIn = (): Refusal =>
  new Refusal({
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="Calendars", Bearer' },
    body: 'who are you?\n',
  });

export function failure(status: number, reason: string): Reply {
  return { status, body: `${reason}\n` };
}
