import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, caldav, clock, event, namesOf, put, start, sync, tokenOf } from '../support/caldav.ts';
import { DAY } from '../support/clock.ts';

beforeEach(() => start());
afterEach(() => caldav.close());

describe('REPORT sync-collection', () => {
  test('tells all without a token, and then what has changed since', async () => {
    await put('1.ics', event('1'));
    await put('2.ics', event('2'));
    const all = await sync();
    expect(all.status).toBe(207);
    expect(namesOf(all.body)).toEqual(['1.ics 200', '2.ics 200']);
    await put('3.ics', event('3'));
    await ask('DELETE', '/ann/team/1.ics');
    const news = await sync(tokenOf(all.body));
    expect(namesOf(news.body)).toEqual(['3.ics 200', '1.ics 404']);
    expect(namesOf((await sync(tokenOf(news.body))).body)).toEqual([]);
  });

  test.each([403, 409, 410, 500] as const)(
    'answers a token it does not know with %i',
    async (unknownToken) => {
      await start({ switches: { unknownToken } });
      const token = tokenOf((await sync()).body);
      expect((await sync('https://elsewhere.example/1')).status).toBe(unknownToken);
      expect((await sync(token)).status).toBe(207);
      caldav.calendar('ann/team').expireTokens();
      expect((await sync(token)).status).toBe(unknownToken);
    },
  );

  test('knows a token for thirty days', async () => {
    const token = tokenOf((await sync()).body);
    clock.pass(30 * DAY);
    expect((await sync(token)).status).toBe(207);
    clock.pass(1);
    expect((await sync(token)).status).toBe(403);
  });

  test('tells a long list in pages, each with the token of the next', async () => {
    await start({ switches: { largestPage: 2 } });
    for (const uid of ['1', '2', '3']) await put(`${uid}.ics`, event(uid));
    const first = await sync();
    expect(namesOf(first.body)).toEqual(['1.ics 200', '2.ics 200', ' 507']);
    await put('1.ics', event('1', 'SUMMARY:Moved'));
    const second = await sync(tokenOf(first.body));
    expect(namesOf(second.body)).toEqual(['3.ics 200', '1.ics 200']);
  });

  test('names what was removed in a full list too, if it is that kind of server', async () => {
    await start({ switches: { removedInFull: true, removedAs: 'propstat' } });
    await put('1.ics', event('1'));
    await ask('DELETE', '/ann/team/1.ics');
    const { body } = await sync();
    expect(body).toContain(
      '<propstat><prop><getetag/></prop><status>HTTP/1.1 404 Not Found</status></propstat>',
    );
  });

  test('is missing, if it is that kind of server', async () => {
    await start({ switches: { sync: 'missing' } });
    const { status, body } = await sync();
    expect([status, body]).toEqual([403, expect.stringContaining('supported-report')]);
  });
});

describe('REPORT calendar-multiget', () => {
  const multiget = (...hrefs: string[]) =>
    ask('REPORT', '/ann/team/', {
      body:
        '<c:calendar-multiget xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><getetag/>' +
        `<c:calendar-data/></prop>${hrefs.map((href) => `<href>${href}</href>`).join('')}</c:calendar-multiget>`,
    });

  test.each([
    ['escaped', 'SUMMARY:Salt &#38; &#60;pepper&#62;'],
    ['cdata', '<![CDATA[BEGIN:VCALENDAR'],
  ] as const)('tells texts, %s', async (calendarData, expected) => {
    await start({ switches: { calendarData } });
    await put('a b.ics', event('1', 'SUMMARY:Salt & <pepper>'));
    const { body } = await multiget('/dav/ann/team/a%20b.ics', '/dav/ann/team/2.ics', '/dav/bob/own/1.ics');
    expect(body).toContain(expected);
    expect(namesOf(body)).toEqual(expect.arrayContaining(['2.ics 404', '1.ics 404']));
  });

  test.each([
    [{ namespaces: 'prefixed' }, '<D:href>/dav/ann/team/1.ics</D:href>'],
    [{ namespaces: 'numbered' }, '<ns0:href>/dav/ann/team/1.ics</ns0:href>'],
    [{ hrefs: 'url' }, '/dav/ann/team/1.ics</href>'],
  ] as const)('in the form of its kind of server: %o', async (switches, expected) => {
    await start({ switches });
    await put('1.ics', event('1'));
    expect((await multiget('/dav/ann/team/1.ics')).body).toContain(expected);
  });

  test.each(['<a>', '<a></b>', '<a/><b/>', '<x:a/>', '<a>&b;</a>', 'nothing', '<a/'])(
    'refuses a body like %s',
    async (body) => {
      expect((await ask('REPORT', '/ann/team/', { body })).status).toBe(400);
    },
  );
});
