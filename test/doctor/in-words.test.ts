import { describe, expect, test } from 'vitest';
import { NothingToAskError } from '../../doctor/deployment.ts';
import { inWords } from '../../doctor/in-words.ts';

/** As the SDK throws what AWS answers. */
function told(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

describe('what keeps the doctor from asking is said with what to do', () => {
  test.each([
    [
      'ExpiredToken',
      'The security token included in the request is expired',
      /log in again as for the AWS CLI/,
    ],
    [
      'CredentialsProviderError',
      'The SSO session has expired',
      /\(The SSO session has expired\): set AWS_PROFILE/,
    ],
    [
      'ValidationError',
      'Stack with id X does not exist',
      /does not exist, in this account and region: .*--region/,
    ],
    ['AccessDenied', 'User x is not authorized', /^User x is not authorized: .* docs\/guide\/doctor\.md$/],
    ['ThrottlingException', 'Rate exceeded', /^ThrottlingException: Rate exceeded$/],
  ])('%s', (name, message, said) => {
    expect(inWords(told(name, message))).toMatch(said);
  });

  test('a region that is not there', () => {
    const message = 'getaddrinfo ENOTFOUND cloudformation.nowhere-1.amazonaws.com';
    expect(inWords(Object.assign(new Error(message), { code: 'ENOTFOUND' }))).toMatch(
      /^AWS cannot be reached \(.*nowhere-1.*\): check the region/,
    );
  });

  test.each([
    ['InvalidSignatureException', 'Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z'],
    [
      'InvalidSignatureException',
      'Signature not yet current: 20260101T001000Z is still later than 20260101T000000Z',
    ],
    ['RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'],
  ])('a clock that is off, and not the credentials: %s', (name, message) => {
    const said = inWords(told(name, message));
    expect(said).toMatch(/^the clock of this machine is off.*set the clock by NTP/);
    expect(said).not.toContain('log in again');
  });

  test('why AWS cannot be reached, also where Node gives an error without a message', () => {
    const error = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
    expect(inWords(error)).toMatch(/^AWS cannot be reached \(ECONNREFUSED\): check the region/);
  });

  test('that the stack on this machine has ended, and not that AWS is down', () => {
    const error = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:40129'), { code: 'ECONNREFUSED' });
    expect(inWords(error)).toBe(
      'the stack on this machine has ended (connect ECONNREFUSED 127.0.0.1:40129): start it again by npm start',
    );
  });

  test('a stack that is none of ours, as it is', () => {
    expect(inWords(new NothingToAskError('stack X has no functions'))).toBe('stack X has no functions');
  });
});
