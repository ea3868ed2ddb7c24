import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SCOPES } from '../../../emulators/zoom/choices.ts';
import { HOUR } from '../support/clock.ts';
import { ask, clock, create, GRANT, grant, HOST, start, zoom } from '../support/zoom.ts';

beforeEach(() => start());
afterEach(() => zoom.close());

describe('POST /oauth/token', () => {
  test('gives a token for an hour, with the scopes it has and the address of the API', async () => {
    const { status, body } = await grant(GRANT);
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^eyJ\./),
      token_type: 'bearer',
      expires_in: 3600,
      scope: Object.values(SCOPES).join(' '),
      api_url: zoom.origin,
    });
  });

  test.each([
    ['a wrong secret', GRANT, 'app:wrong', 'invalid_client'],
    ['another grant', { ...GRANT, grant_type: 'client_credentials' }, 'app:secret', 'unsupported_grant_type'],
    ['another account', { ...GRANT, account_id: 'second' }, 'app:secret', 'invalid_request'],
  ])('refuses %s', async (_, form, client, error) => {
    const { status, body } = await grant(form, client);
    expect([status, body.error]).toEqual([400, error]);
    expect(body.reason).toEqual(expect.any(String));
  });

  test.each([
    ['accept', 200],
    ['refuse', 400],
  ] as const)(
    'with grantInQuery %s, a grant in the query is answered with %i',
    async (grantInQuery, status) => {
      await start({ switches: { grantInQuery } });
      const query = `?${new URLSearchParams(GRANT)}`;
      expect((await grant({}, 'app:secret', query)).status).toBe(status);
    },
  );

  test.each([
    ['side-by-side', 200],
    ['single', 401],
  ] as const)('with tokens %s, the token before is answered with %i', async (tokens, status) => {
    await start({ switches: { tokens } });
    await grant(GRANT);
    expect((await ask('GET', `/users/${HOST}`)).status).toBe(status);
  });
});

describe('a token', () => {
  test('ends after an hour', async () => {
    clock.pass(HOUR);
    expect(await ask('GET', `/users/${HOST}`)).toMatchObject({
      status: 401,
      body: { code: 124, message: 'Access token is expired.' },
    });
  });

  test.each(['', 'no-token'])('that nobody gave is refused: %j', async (token) => {
    expect(await ask('GET', `/users/${HOST}`, undefined, token)).toMatchObject({
      status: 401,
      body: { code: 124, message: 'Invalid access token.' },
    });
  });

  test('ends when the secret is taken away', async () => {
    zoom.distrust('first');
    expect((await ask('GET', `/users/${HOST}`)).status).toBe(401);
    expect((await grant(GRANT)).body.error).toBe('invalid_client');
    zoom.trust('first', 'new');
    expect((await grant(GRANT, 'app:new')).status).toBe(200);
  });

  test.each([
    [4711, 400],
    [4700, 401],
  ] as const)('without the scope is refused by name, with code %i', async (missingScope, status) => {
    await start({ switches: { missingScope } });
    zoom.limitScopes('first', [SCOPES.read]);
    expect(await create()).toMatchObject({
      status,
      body: {
        code: missingScope,
        message:
          'Invalid access token, does not contain scopes:[meeting:write:meeting, meeting:write:meeting:admin].',
      },
    });
  });
});
