import { request as httpRequest } from 'node:http';
import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConsoleServer, openConsole } from '../../cli/console/server.ts';
import { findPlace } from '../../cli/deployment/find.ts';
import { type ControlServer, openControl } from '../../local/rooms/control.ts';
import { DAY, journey } from '../journey/journey.ts';
import { accessibilityFaults, hasBrowser, newContext, startBrowser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';

/** Where pictures of every page are put, if anywhere. */
const PICTURES = process.env.CONSOLE_PICTURES;

const STRANGE = '<script>alert(1)</script>"\'&';

const system = journey();
let control: ControlServer;
let server: ConsoleServer;

beforeAll(async () => {
  control = await openControl(0);
  control.attach(system());
  const { ask, emulator, stack } = system();
  await ask({ key: 'team/weekly', display_name: 'Weekly', lifetime: 'P30D' });
  await ask({ key: 'team/held', display_name: 'Held', lifetime: 'P60D' });
  await ask({ key: 'team/held', action: 'hold' });
  await ask({ key: 'team/knock', display_name: 'Knock', renewal: { mode: 'on-demand' } });
  await ask({ key: 'team/knock', action: 'hold' });
  await ask({ key: 'strange', display_name: STRANGE, lifetime: 'P90D' });
  await ask({ key: 'over', display_name: 'Over', lifetime: 'P3D', renewal: { mode: 'none' } });
  await stack.turnTo(stack.clock.now() + 40 * DAY);
  await ask({ key: 'nameless' });
  emulator.faults.add({ fault: 'status', status: 500, times: 'always' });
  await ask({ key: 'team/failing', display_name: 'Failing' });
  emulator.faults.clear();
  const place = { port: String(control.port), stack: undefined, deployment: undefined, region: undefined };
  server = await openConsole(await findPlace({ ...place, local: true }, 'any'));
});
afterAll(async () => {
  await server?.close();
  await control?.stop();
});

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `fetch` sets host and origin itself. */
function ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      const request = httpRequest(
        { host: '127.0.0.1', port: server.port, path, method, headers },
        async (response) => {
          let text = '';
          for await (const chunk of response) text += chunk;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        },
      );
      request.on('error', reject).end(body);
    },
  );
}

const tokenOf = () => new URL(server.address).searchParams.get('token') ?? '';
const cookie = () => `evergreen-rooms-${server.port}=${tokenOf()}`;
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const here = () => ({ cookie: cookie(), origin: `http://127.0.0.1:${server.port}`, ...form });

describe('the console lets in', () => {
  test('whoever has the token of the first address, which becomes a cookie of this site alone', async () => {
    const { status, headers } = await ask(`/?token=${tokenOf()}`);
    expect([status, headers.location]).toEqual([302, '/']);
    expect(headers['set-cookie']).toEqual([`${cookie()}; Path=/; HttpOnly; SameSite=Strict`]);
    expect((await ask('/', { headers: { cookie: cookie() } })).status).toBe(200);
  });

  test.each([
    ['nobody without it', '/', {}],
    ['nobody with another one', '/', { cookie: 'evergreen-rooms-1=x' }],
    ['nobody with a token of the right length', `/?token=${'A'.repeat(43)}`, {}],
    ['nobody to the pictures of the style', '/style.css', {}],
  ])('%s', async (_, path, headers) => {
    const { status, text } = await ask(path, { headers });
    expect(status).toBe(401);
    expect(text).not.toMatch(/team\/|EvergreenRooms/);
  });

  test.each([
    ['another host', { host: 'evil.example' }],
    ['another host of this port', { host: 'localhost.evil.example' }],
    ['a page of another origin', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
  ])('no request of %s, even with the cookie', async (_, headers) => {
    expect((await ask('/', { headers: { ...here(), ...headers } })).status).toBe(403);
    const post = {
      method: 'POST',
      headers: { ...here(), ...headers },
      body: 'key=team%2Fheld&action=release',
    };
    expect((await ask('/room', post)).status).toBe(403);
  });

  test('a look at the head of a page, which sends no origin', async () => {
    const { cookie } = here();
    const { status, text } = await ask('/rooms', { method: 'HEAD', headers: { cookie } });
    expect([status, text]).toEqual([200, '']);
    expect((await ask('/rooms', { method: 'HEAD', headers: { cookie, host: 'evil.example' } })).status).toBe(
      403,
    );
    expect((await ask('/rooms', { method: 'HEAD' })).status).toBe(401);
  });

  test('no form that does not say where it comes from', async () => {
    const { origin: _, ...headers } = here();
    const { status } = await ask('/room', {
      method: 'POST',
      headers,
      body: 'key=team%2Fheld&action=release',
    });
    expect(status).toBe(403);
  });

  test('nothing from elsewhere into its pages', async () => {
    const { headers } = await ask('/', { headers: { cookie: cookie() } });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['cache-control']).toBe('no-store');
  });
});

describe('an action', () => {
  const act = (body: string) => ask('/room', { method: 'POST', headers: here(), body });

  test('is a message to the queue of requests, as from everybody else', async () => {
    const { status, headers } = await act('key=team%2Fheld&action=release');
    expect([status, headers.location]).toEqual([303, '/room?key=team%2Fheld&sent=release']);
    await system().stack.settle();
    expect((await system().room('team/held')).state).toBe('active');
    await act('key=team%2Fheld&action=hold');
    await system().stack.settle();
    expect((await system().room('team/held')).state).toBe('held');
  });

  test.each(['team/held', 'team/knock'])('on %s, which is held, is its release', async (key) => {
    const { text } = await ask(`/room?key=${encodeURIComponent(key)}`, { headers: { cookie: cookie() } });
    expect([...text.matchAll(/name="action" value="(.*?)"/g)].map(([, action]) => action)).toEqual([
      'rotate',
      'release',
      'cancel',
    ]);
  });

  test.each([
    ['of a room that does not exist', 'key=nobody&action=hold'],
    ['that does not exist', 'key=team%2Fheld&action=delete'],
    ['that ends a room, and nobody said to be sure', 'key=team%2Fweekly&action=cancel'],
  ])('%s is refused', async (_, body) => {
    expect((await act(body)).status).toBe(400);
    await system().stack.settle();
    expect((await system().room('team/weekly')).state).toBe('active');
  });
});

describe('dead letters', () => {
  const act = (fields: Readonly<Record<string, string | readonly string[]>>) => {
    const body = new URLSearchParams();
    for (const [name, values] of Object.entries(fields)) {
      for (const value of [values].flat()) body.append(name, value);
    }
    return ask('/dead-letters', { method: 'POST', headers: here(), body: body.toString() });
  };
  const resting = () =>
    system()
      .deadLetters()
      .map(({ id, body }) => ({ id, body }));

  test('are tried again and discarded: one, some, or all', async () => {
    await system().ask({ key: 'rests/1' });
    await system().ask({ key: 'rests/2' });
    const idOf = (key: string) => resting().find(({ body }) => body.includes(key))?.id ?? 'none';
    const before = resting().length;
    expect(
      (await act({ sure: 'on', of: 'chosen', action: 'discard', id: idOf('rests/1') })).headers.location,
    ).toBe('/dead-letters?done=discard&messages=1');
    expect([idOf('rests/1'), resting().length]).toEqual(['none', before - 1]);
    const some = { sure: 'on', of: 'chosen', id: [idOf('rests/2'), idOf('nameless')] };
    expect((await act({ ...some, action: 'redrive' })).headers.location).toBe(
      '/dead-letters?done=redrive&messages=2',
    );
    await system().stack.settle();
    expect(resting()).toHaveLength(before - 1);
    const { text } = await ask('/dead-letters?done=redrive&messages=2', { headers: { cookie: cookie() } });
    expect(text).toContain('2 messages will be tried again');
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['where nobody said to be sure', { of: 'all', action: 'discard' }],
    ['where nothing is chosen', { sure: 'on', of: 'chosen', action: 'discard' }],
    ['where nobody said what to do', { sure: 'on', of: 'all' }],
  ])('stay as they are %s', async (_, body) => {
    const before = resting();
    expect((await act(body)).status).toBe(400);
    expect(resting()).toEqual(before);
  });
});

test('the overview draws what rests in the dead-letter queues, by the day on which it was given up', async () => {
  const headers = { cookie: cookie() };
  while ((await ask('/count', { headers })).status === 202);
  const { text } = await ask('/', { headers });
  const resting = system().deadLetters().length;
  expect(resting).toBeGreaterThan(1);
  expect(text).toContain(`Given up in the last 30 days: ${resting} messages, at most ${resting} in one bar`);
});

describe('the coming nights', () => {
  const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
  const pageOf = async (night: number) =>
    (await ask(`/nights?night=${dayOf(night)}`, { headers: { cookie: cookie() } })).text;

  test('have a room on the page of the one in which it is due, and on no other', async () => {
    const night = Date.parse((await system().room('team/weekly')).renewAt ?? '');
    const pages = await Promise.all([night - DAY, night, night + DAY].map(pageOf));
    expect(pages.map((text) => text.includes('team%2Fweekly'))).toEqual([false, true, false]);
  });

  test('are a picture in which each that has rooms leads to its page', async () => {
    const headers = { cookie: cookie() };
    while ((await ask('/count', { headers })).status === 202);
    const night = Date.parse((await system().room('team/weekly')).renewAt ?? '');
    const link = `<a href="/nights?night=${dayOf(night)}"><title>${dayOf(night)}: `;
    const today = (await ask('/nights', { headers })).text;
    expect(today).toContain(link);
    expect(today).not.toContain(`${link}0<`);
    expect((await pageOf(night)).match(/<a href="([^"]*)"[^>]* aria-current="page"><title>/)?.[1]).toBe(
      `/nights?night=${dayOf(night)}`,
    );
    expect((await ask('/', { headers })).text).toContain(link);
  });
});

test('a state that no room can have is named, with those that exist', async () => {
  const { status, text } = await ask('/rooms?state=nonsense', { headers: { cookie: cookie() } });
  expect([status, text]).toEqual([404, expect.stringMatching(/no state <code>nonsense.*state=on-demand/s)]);
});

test('an application that the pool does not have is still the one that is chosen', async () => {
  const { text } = await ask('/rooms?application=before', { headers: { cookie: cookie() } });
  expect(text).toContain('<option selected>before</option>');
  expect(text).toMatch(/No room among \d+ rows of the table fits\./);
});

test('the links of a room can be followed, and what people wrote cannot', async () => {
  const name = 'https://evil.example/';
  await system().ask({ key: 'named', display_name: name, lifetime: 'P90D' });
  const { link = '' } = await system().room('named');
  const { text } = await ask('/room?key=named', { headers: { cookie: cookie() } });
  expect([...text.matchAll(/<dd><a href="([^"]*)" rel="noreferrer">/g)].map(([, to]) => to)).toEqual([
    link,
    expect.stringMatching(/^https:\/\/meetings/),
  ]);
  expect(text).toContain(`<dd>${name}</dd>`);
});

test.each([
  '/room',
  '/room?key=',
  '/room?key=nobody',
  '/rooms?cursor=cut',
  '/nights?night=2020-01-01',
  '/nights?night=soon',
  '/elsewhere',
])('the address %s leads to a page that says that it is none', async (path) => {
  const { status, text } = await ask(path, { headers: { cookie: cookie() } });
  expect([status, text]).toEqual([404, expect.stringMatching(/<h1>No such (room|page)<\/h1>/)]);
});

test.each([
  ['nameless', /No such room.*rests in \S+: .*display_name: is missing/s],
  ['team/weekl', /Similar keys: <a class="key" href="\/room\?key=team%2Fweekly">/],
])('the page of %s, which has no room, says why or offers similar keys', async (key, says) => {
  const { status, text } = await ask(`/room?key=${encodeURIComponent(key)}`, {
    headers: { cookie: cookie() },
  });
  expect([status, text]).toEqual([404, expect.stringMatching(says)]);
});

test('the page that waits for a count asks for nothing but whether it is over', async () => {
  const headers = { cookie: cookie() };
  await eventually(async () => expect((await ask('/count', { headers })).status).toBe(204));
});

describe.skipIf(!hasBrowser)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  /** Shows a page to somebody who has been let in; the first address to somebody who has not. */
  async function visit(path: string, look: (tab: Tab) => Promise<void>, options = {}): Promise<void> {
    const context = await newContext(browser, options);
    try {
      const [name = '', value = ''] = cookie().split('=');
      const letIn = { name, value, url: new URL(server.address).origin, httpOnly: true } as const;
      if (path !== server.address) await context.addCookies([{ ...letIn, sameSite: 'Strict' }]);
      const tab = await context.newPage();
      const faults: string[] = [];
      tab.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      tab.on('pageerror', (error) => faults.push(String(error)));
      const shown = await tab.goto(new URL(path, server.address).href);
      expect(shown?.status()).toBe(200);
      await look(tab);
      expect(faults).toEqual([]);
    } finally {
      await context.close();
    }
  }

  const PAGES = [
    ['overview', '/'],
    ['rooms', '/rooms'],
    ['some rooms', '/rooms?state=held'],
    ['room', '/room?key=team%2Fweekly'],
    ['held', '/room?key=team%2Fheld'],
    ['strange', '/room?key=strange'],
    ['nights', '/nights'],
    ['dead-letters', '/dead-letters'],
  ] as const;

  const SHAPES = [
    ['desk light', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
    ['phone dark', { viewport: { width: 320, height: 700 }, colorScheme: 'dark' }],
  ] as const;

  test.each(
    SHAPES.flatMap(([shape, options]) => PAGES.map(([name, path]) => [name, shape, path, options] as const)),
  )('the page %s on a %s has no fault of accessibility and fits', async (name, shape, path, options) => {
    await visit(
      path,
      async (tab) => {
        if (PICTURES) await tab.screenshot({ path: `${PICTURES}/${name} ${shape}.png`, fullPage: true });
        expect(await accessibilityFaults(tab)).toEqual([]);
        const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
        expect(await tab.evaluate(overflow)).toBe(0);
      },
      options,
    );
  });

  test('no page has a host link, and what people wrote stays text', async () => {
    for (const [, path] of PAGES) {
      await visit(path, async (tab) => {
        expect(await tab.content()).not.toMatch(/participant_token=|roomKey=|hostUrl/);
        expect(await tab.evaluate("document.querySelectorAll('script:not([src])').length")).toBe(0);
      });
    }
  });

  test('a person finds a room by its key and releases it by the keyboard alone', async () => {
    await visit(server.address, async (tab) => {
      await tab.locator('#key').focus();
      await tab.keyboard.type('team/held');
      await tab.keyboard.press('Enter');
      await tab.waitForURL(/\/room\?key=team%2Fheld/);
      await tab.getByRole('button', { name: 'release' }).focus();
      await tab.keyboard.press('Enter');
      await tab.waitForURL(/sent=release/);
      expect(await tab.getByRole('status').textContent()).toContain('release: the message is in the queue');
    });
    await system().stack.settle();
    expect((await system().room('team/held')).state).toBe('active');
    await system().ask({ key: 'team/held', action: 'hold' });
  });

  test('messages that rest are shown with their reason, and tried again', async () => {
    await visit('/dead-letters', async (tab) => {
      expect(await tab.textContent('main')).toContain('display_name');
      await tab.getByLabel('I am sure').first().check();
      await tab.getByRole('button', { name: /Try all .* again/ }).click();
      await tab.waitForURL(/done=redrive/);
    });
  });
});
