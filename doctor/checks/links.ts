import { randomBytes } from 'node:crypto';
import type { Check } from '../check.ts';
import { type Finding, failed, ok, warning } from '../finding.ts';
import { RESTORE } from '../missing.ts';

const MAX_WAIT = 10_000;

/** Node.js's error codes for an invalid certificate, or a failed TLS handshake. */
const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO)/;

/**
 * Checks that a visitor gets an answer: opens a link that no key has. The answer passes through the domain,
 * its certificate and the function, which reads the table for it.
 */
export const checkLinks: Check = async ({ environment, functions }) => {
  const { LINKS_URL: url } = environment;
  if (url === undefined) return [];
  const table = functions.get('open-room')?.environment.LINKS_TABLE;
  const differs = table !== undefined && environment.LINKS_TABLE !== table;
  return [
    await visit(new URL(url)),
    ...(differs
      ? [failed('links', `are written to ${environment.LINKS_TABLE} and read from ${table}`, RESTORE)]
      : []),
  ];
};

async function visit(url: URL): Promise<Finding> {
  const subject = `links at ${url.host}`;
  try {
    const answer = await fetch(new URL(randomBytes(16).toString('base64url'), url), {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(MAX_WAIT),
    });
    const isOurs = (await answer.text()) === '{"state":"unknown"}';
    return answer.status === 404 && isOurs
      ? ok(subject, 'answer')
      : answeredWith(answer.status, subject, url);
  } catch (error) {
    return notReached(error as Error, subject, url);
  }
}

function answeredWith(status: number, subject: string, { host }: URL): Finding {
  if (status === 503) {
    return failed(
      subject,
      'are answered with 503: the function cannot read the table of links',
      'its log group says why, filter message = "link not served"',
    );
  }
  if (status === 429) {
    const raise = 'raise linksConcurrency, or the limit of concurrent functions of the account';
    return warning(subject, 'are answered with 429: no further copy of the function may run', raise);
  }
  if (status === 403) {
    return failed(
      subject,
      'are answered with 403: the function refuses visitors, or a web ACL does',
      RESTORE,
    );
  }
  if (status === 502) {
    return failed(subject, 'are answered with 502: the function fails', 'its log group says why');
  }
  return failed(
    subject,
    `are answered with ${status} by something else`,
    `let ${host} point to the distribution of the stack: dig ${host}`,
  );
}

function notReached({ name, message, cause }: Error, subject: string, { host, hostname }: URL): Finding {
  const { code = name } = (cause ?? {}) as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return failed(
      subject,
      `do not work: ${hostname} has no address (${code})`,
      `let ${hostname} point to the distribution of the stack, by linksHostedZone or by a record of your own`,
    );
  }
  if (CERTIFICATE.test(code)) {
    return failed(
      subject,
      `do not work: browsers refuse the certificate (${code})`,
      `set linksCertificate to a certificate of us-east-1 for ${hostname} that ACM renews: aws acm list-certificates --region us-east-1`,
    );
  }
  return failed(
    subject,
    `gave no answer (${code}: ${message})`,
    `curl -sv https://${host}/ shows how far a visitor gets`,
  );
}
