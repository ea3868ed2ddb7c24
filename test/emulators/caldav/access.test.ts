import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, basic, caldav, event, put, start } from '../support/caldav.ts';

beforeEach(() => start());
afterEach(() => caldav.close());

const PROPFIND = {
  headers: { depth: '0' },
  body:
    '<propfind xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><resourcetype/><sync-token/>' +
    '<current-user-privilege-set/><c:calendar-timezone/></prop></propfind>',
};

describe('who may come in', () => {
  test.each([
    ['a password', basic('ann:first'), 207],
    ['a token', 'Bearer bearer-of-ann', 207],
    ['another password', basic('ann:second'), 401],
    ['another token', 'Bearer bearer-of-bob', 401],
    ['nothing', '', 401],
    ['the password of another user', basic('bob:second'), 403],
  ])('with %s', async (_, authorization, status) => {
    const headers = { depth: '0', authorization };
    expect((await ask('PROPFIND', '/ann/team/', { headers })).status).toBe(status);
  });

  test('a distrusted user with the password that is trusted next', async () => {
    caldav.distrust('ann');
    expect((await ask('PROPFIND', '/ann/team/', PROPFIND)).status).toBe(401);
    caldav.trust('ann', 'first');
    expect((await ask('PROPFIND', '/ann/team/', PROPFIND)).status).toBe(207);
  });
});

describe('PROPFIND', () => {
  test('tells what a calendar has, and by name what it has not', async () => {
    const { status, body } = await ask('PROPFIND', '/ann/team/', PROPFIND);
    expect(status).toBe(207);
    expect(body).toContain('<resourcetype><collection/><C:calendar/></resourcetype>');
    expect(body).toContain('<privilege><write-content/></privilege>');
    expect(body).toContain(
      '<propstat><prop><C:calendar-timezone/></prop><status>HTTP/1.1 404 Not Found</status></propstat>',
    );
  });

  test('tells of a calendar that may only be read', async () => {
    caldav.calendar('ann/team').readOnly = true;
    const { body } = await ask('PROPFIND', '/ann/team/', PROPFIND);
    expect(body).toContain('<privilege><read/></privilege>');
    expect(body).not.toContain('write');
    expect((await put('1.ics', event('1'))).status).toBe(403);
  });

  test('lists members with a depth of 1, and refuses to go deeper', async () => {
    await put('1.ics', event('1'));
    const list = await ask('PROPFIND', '/ann/team/', { headers: { depth: '1' } });
    expect(list.body).toContain('/dav/ann/team/1.ics');
    expect((await ask('PROPFIND', '/ann/team/')).status).toBe(403);
  });

  test('knows no other calendar', async () => {
    expect((await ask('PROPFIND', '/ann/other/', PROPFIND)).status).toBe(404);
  });
});

test('MKCALENDAR makes a calendar once', async () => {
  expect((await ask('MKCALENDAR', '/ann/new/')).status).toBe(201);
  expect((await ask('PROPFIND', '/ann/new/', PROPFIND)).status).toBe(207);
  expect((await ask('MKCALENDAR', '/ann/new/')).status).toBe(403);
});
