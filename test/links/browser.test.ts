import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Appearance, afterKnock, answerOf, unavailable } from '../../functions/links/answer.ts';
import { type Link, type LinkState, opensAtKnock, pageOf } from '../../functions/rooms/model/link.ts';
import { accessibilityFaults, hasBrowser, newContext, startBrowser } from '../support/browser.ts';

/** Where pictures of every page are put, if anywhere. */
const PICTURES = process.env.LINK_PICTURES;

const APPEARANCE: Appearance = { page: 'redirect', team: 'Team A', contact: 'help@team.example' };
const LOBBY: Appearance = { ...APPEARANCE, page: 'lobby' };
const SLUG = 'AAAAAAAAAAAAAAAAAAAAAA';
const ROOM = 'https://meetings.example/room';
const HOUR = 3_600_000;

let server: Server;
let address: string;
let browser: Browser;
/** What the table has at this moment, and what visitors sent. */
let link: Link | undefined;
let appearance: Appearance;
/** The links cannot be read. */
let isAway: boolean;
let methods: string[];
/** What AWS answers in place of the function, in the order of requests. */
let refusals: number[];

beforeAll(async () => {
  if (!hasBrowser) return;
  server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const visit = {
      path: pathname,
      host: 'meet.example',
      wantsJson: request.headers.accept === 'application/json',
      acceptLanguage: request.headers['accept-language'],
      knocked: search === '?knocked',
    };
    methods.push(request.method ?? '');
    const refusal = refusals.shift();
    if (refusal !== undefined) {
      response.writeHead(refusal, { 'content-type': 'application/json' }).end('{"message":"Rate Exceeded."}');
      return;
    }
    const found = pathname === `/${SLUG}` ? link : undefined;
    const page = pageOf(found, Date.now());
    const knocks = request.method === 'POST' && opensAtKnock(page);
    const answer = isAway
      ? unavailable(visit, appearance)
      : knocks
        ? afterKnock(page, visit)
        : answerOf(found, visit, appearance, Date.now());
    if (typeof answer === 'string') throw new Error('an answer has a status');
    response.writeHead(answer.statusCode ?? 200, answer.headers as Record<string, string>).end(answer.body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

beforeEach(() => {
  methods = [];
  refusals = [];
  isAway = false;
  appearance = APPEARANCE;
  link = undefined;
});

const PHONE: BrowserContextOptions = { viewport: { width: 375, height: 700 } };
const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };

function aLink(state: LinkState, more: Partial<Link> = {}): Link {
  return { slug: SLUG, key: 'k', state, revision: 1, name: 'Stand-up of team A', ...more };
}

async function visit(
  options: BrowserContextOptions,
  path = `/${SLUG}`,
  hear: (url: string) => void = () => {},
): Promise<Tab> {
  const context = await newContext(browser, options);
  const tab = await context.newPage();
  tab.on('request', (request) => hear(request.url()));
  await tab.goto(address + path).catch((error: Error) => {
    // there is no such room: that the browser went there is enough
    if (!error.message.includes('net::ERR_')) throw error;
  });
  return tab;
}

const open = { url: ROOM, expiresAt: Date.now() + HOUR };

const PAGES: [string, Link | undefined, Appearance][] = [
  ['unavailable', undefined, APPEARANCE],
  ['opening', aLink('kept'), APPEARANCE],
  ['on-demand', aLink('on-demand'), APPEARANCE],
  ['held', aLink('held'), APPEARANCE],
  ['ended', aLink('ending'), APPEARANCE],
  ['rejected', aLink('rejected'), APPEARANCE],
  ['cancelled', aLink('cancelled'), APPEARANCE],
  ['unknown', undefined, APPEARANCE],
  ['live', aLink('kept', open), LOBBY],
];

describe.skipIf(!hasBrowser)('in a browser', () => {
  describe.each(PAGES)('the page %s', (name, shown, looks) => {
    test.each([
      ['phone', PHONE],
      ['desk', DESK],
    ])(
      'on a %s has no fault that axe finds in light and dark, and fits the screen',
      async (screen, options) => {
        link = shown;
        appearance = looks;
        isAway = name === 'unavailable';
        const tab = await visit({ ...options, colorScheme: 'light' });
        expect(await tab.locator('main').getAttribute('data-page')).toBe(name);
        for (const colorScheme of ['light', 'dark'] as const) {
          await tab.emulateMedia({ colorScheme });
          expect(await accessibilityFaults(tab)).toEqual([]);
          if (PICTURES === undefined) continue;
          if (!existsSync(PICTURES)) mkdirSync(PICTURES, { recursive: true });
          await tab.screenshot({ path: `${PICTURES}/link-${name}-${screen}-${colorScheme}.png` });
        }
        expect(await tab.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        await tab.context().close();
      },
    );
  });

  test('an open room is entered at once, without a page in between', async () => {
    link = aLink('kept', open);
    const entered: string[] = [];
    const tab = await visit(DESK, `/${SLUG}`, (url) => entered.push(url));
    expect(entered).toEqual([`${address}/${SLUG}`, ROOM]);
    await tab.context().close();
  });

  test('a page that waits goes on by itself when the room opens', async () => {
    link = aLink('kept');
    const tab = await visit(PHONE);
    const entering = tab.waitForRequest(ROOM);
    link = aLink('kept', open);
    await entering;
    expect(methods).not.toContain('POST');
    await tab.context().close();
  });

  test('the button opens the room and the page goes on', async () => {
    link = aLink('on-demand');
    const tab = await visit(DESK);
    await tab.getByRole('button', { name: 'Open the room' }).click();
    await tab.getByRole('status').getByText('The room is being opened').waitFor();
    const entering = tab.waitForRequest(ROOM);
    link = aLink('on-demand', open);
    await entering;
    expect(methods.filter((method) => method === 'POST')).toHaveLength(1);
    await tab.context().close();
  });

  test.each([429, 502, 503])(
    'a page that waits stays where a look is answered with %i, gives the button back, and goes on later',
    async (status) => {
      link = aLink('kept');
      const tab = await visit(DESK);
      // until the page is seen, however long that takes here
      refusals = Array(10_000).fill(status);
      await tab.getByText('There is no connection at the moment').waitFor();
      expect(await tab.getByRole('button', { name: 'Open the room' }).isEnabled()).toBe(true);
      refusals = [];
      const entering = tab.waitForRequest(ROOM);
      link = aLink('kept', open);
      await entering;
      await tab.context().close();
    },
  );

  test('a knock that did not get through is not said to open the room', async () => {
    link = aLink('on-demand');
    const tab = await visit(DESK);
    refusals = [503];
    await tab.getByRole('button', { name: 'Open the room' }).click();
    await tab.getByText('There is no connection at the moment').waitFor();
    await tab.getByRole('button', { name: 'Open the room' }).click();
    await tab.getByText('The room is being opened…').waitFor();
    expect(methods.filter((method) => method === 'POST')).toHaveLength(2);
    await tab.context().close();
  });

  test('two visitors who knock at once both enter the room', async () => {
    link = aLink('on-demand');
    const tabs = [await visit(DESK), await visit(PHONE)];
    await Promise.all(tabs.map((tab) => tab.getByRole('button', { name: 'Open the room' }).click()));
    const entering = tabs.map((tab) => tab.waitForRequest(ROOM));
    link = aLink('on-demand', open);
    await Promise.all(entering);
    for (const tab of tabs) await tab.context().close();
  });

  test('the button works without scripts, and a link looks again', async () => {
    link = aLink('on-demand');
    const tab = await visit({ ...PHONE, javaScriptEnabled: false });
    await tab.getByRole('button', { name: 'Open the room' }).click();
    await tab.getByText('The room is being opened…').waitFor();
    const entering = tab.waitForRequest(ROOM);
    link = aLink('on-demand', open);
    await tab.getByRole('link', { name: 'Check again' }).click();
    await entering;
    await tab.context().close();
  });

  test('times are said in the zone of the visitor, and in UTC', async () => {
    link = aLink('kept', { url: ROOM, expiresAt: Date.parse('2077-01-02T10:00:00Z') });
    appearance = LOBBY;
    const tab = await visit({ ...DESK, timezoneId: 'America/New_York', locale: 'en-US' });
    expect(await tab.locator('time').textContent()).toMatch(/5:00\sAM \(.*10:00\sAM UTC\)/);
    await tab.context().close();
  });
});
