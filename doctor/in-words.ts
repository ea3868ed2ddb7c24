import { NothingToAskError } from './deployment.ts';
import { isDenied } from './missing.ts';

/** AWS's errors for credentials that it does not accept. */
const REFUSED = [
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
];
const UNREACHABLE = [
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
];

/** AWS itself never answers on this machine: the stack of `npm start` does. */
const ON_THIS_MACHINE = /ECONNREFUSED (127\.0\.0\.1|::1):/;

/** Errors whose message is written for the person. */
const PLAIN = ['Error', 'CallError', 'UnreachableError'];

/** AWS refuses signatures whose time differs by more than five minutes. */
const SKEWED = /Signature expired|Signature not yet current|RequestTimeTooSkewed/;

/** Returns why the call was not possible, and what to do about it. */
export function inWords(error: Error & { readonly code?: string }): string {
  const { name, message, code = '' } = error;
  if (message.includes('Region is missing'))
    return 'no region was found: name it by --region, or set AWS_REGION';
  if (name === 'CredentialsProviderError') {
    return `no credentials for AWS were found (${message}): set AWS_PROFILE, or log in as for the AWS CLI`;
  }
  if (SKEWED.test(`${name} ${message}`)) {
    return `the clock of this machine is off, so AWS refuses its signatures (${message}): set the clock by NTP; the credentials may be right`;
  }
  if (REFUSED.includes(name)) {
    return `AWS does not accept the credentials (${name}: ${message}): log in again as for the AWS CLI, or set AWS_PROFILE`;
  }
  if (isDenied(error)) {
    return `${message}: the caller needs the permissions in docs/guide/doctor.md`;
  }
  if (UNREACHABLE.includes(code)) {
    // if several addresses were tried, Node.js throws an error without a message
    const why = message.includes(code) ? message : `${code} ${message}`.trim();
    if (ON_THIS_MACHINE.test(message))
      return `the stack on this machine has ended (${message}): start it again by npm start`;
    return `AWS cannot be reached (${why}): check the region and the network`;
  }
  if (name === 'ValidationError' && message.endsWith('does not exist')) {
    return (
      `${message}, in this account and region: name it by --stack, its region by --region, its account by AWS_PROFILE; ` +
      'aws cloudformation describe-stacks shows what there is'
    );
  }
  return PLAIN.includes(name) || error instanceof NothingToAskError ? message : `${name}: ${message}`;
}

/** Whether AWS could not be called, or did not answer. */
export function isOfAws(error: Error & { readonly code?: string }): boolean {
  const { name, message, code = '' } = error;
  return (
    '$metadata' in error ||
    name === 'CredentialsProviderError' ||
    UNREACHABLE.includes(code) ||
    message.includes('Region is missing')
  );
}
