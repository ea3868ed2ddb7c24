import type { Context, LambdaFunctionURLEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { linksTable } from '../functions/adapters/tables/links-table.ts';
import type { Link, Links } from '../functions/rooms/model/link.ts';
import { DAY } from '../functions/rooms/model/time.ts';
import type { Queue } from '../local/engines/queue.ts';
import { type QueueEngine, startQueues } from '../local/engines/queues.ts';
import { makeLinksTable, startDynalite, type Tables } from '../local/engines/table-engines.ts';
import { stubEnvironment } from './support/lambda-environment.ts';

const HOST = 'meet.example';

let tables: Tables;
let queues: QueueEngine;
let queue: Queue;
let links: Links;
let handler: (event: LambdaFunctionURLEvent, context: Context) => Promise<Answer>;
const logged: string[] = [];

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

beforeAll(async () => {
  [tables, queues] = await Promise.all([startDynalite(), startQueues()]);
  queue = queues.create('requests', 'arn:aws:sqs:local:000000000000:requests', {});
  const tableName = await makeLinksTable(tables);
  links = linksTable(tables.dynamoDb, {
    tableName,
    retention: 90 * DAY,
    linksUrl: `https://${HOST}/`,
    names: true,
  });
  stubEnvironment('open-room', {
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    LINKS_TABLE: tableName,
    REQUESTS_QUEUE: queue.url,
    APPEARANCE: JSON.stringify({ page: 'redirect', team: 'Team <A>', contact: 'help@team.example' }),
  });
  vi.stubEnv('AWS_ENDPOINT_URL', undefined);
  await startCopy();
});

/** Another running copy of the function, which has seen no visitor yet. */
async function startCopy(): Promise<void> {
  vi.resetModules();
  ({ handler } = (await import('../functions/open-room.ts')) as unknown as { handler: typeof handler });
}

afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([tables.stop(), queues.stop()]);
});

beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => logged.push(String(text)) > 0);
});

afterEach(() => vi.restoreAllMocks());

let number = 0;

/** A link in a state of its own, written as the workers write it. */
async function aLink(more: Partial<Link> = {}): Promise<Link> {
  number += 1;
  const link: Link = {
    slug: links.newSlug(),
    key: `team/${number}`,
    state: 'kept',
    revision: 1,
    url: 'https://meetings.example/room',
    expiresAt: Date.now() + DAY,
    ...more,
  };
  await links.write(link);
  return link;
}

interface Request {
  readonly method?: string;
  readonly accept?: string;
  readonly language?: string;
  readonly query?: string;
}

function visit(
  path: string,
  { method = 'GET', accept, language, query = '' }: Request = {},
): Promise<Answer> {
  const event = {
    version: '2.0',
    rawPath: path,
    rawQueryString: query,
    headers: { accept, 'accept-language': language },
    requestContext: { domainName: HOST, http: { method, path } },
    isBase64Encoded: false,
  } as unknown as LambdaFunctionURLEvent;
  return handler(event, { awsRequestId: 'request', functionName: 'open-room' } as Context);
}

/** The messages that the queue has got since the last call. */
function knocked(): unknown[] {
  const messages = queue.receive(10);
  for (const { receiptHandle } of messages) queue.delete(receiptHandle);
  return messages.map(({ body }) => JSON.parse(body));
}

describe('a link whose room is open', () => {
  it('redirects to it, for this once, and tells nobody where the visitor came from', async () => {
    const { slug } = await aLink();
    const { statusCode, headers, body } = await visit(`/${slug}`);
    expect([statusCode, headers.location, body]).toEqual([302, 'https://meetings.example/room', undefined]);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
    });
  });

  it('is told to programs as JSON', async () => {
    const { slug, expiresAt = 0 } = await aLink({ name: 'Stand-up' });
    const { statusCode, body = '' } = await visit(`/${slug}`, { accept: 'application/json' });
    expect([statusCode, JSON.parse(body)]).toEqual([
      200,
      {
        state: 'live',
        url: 'https://meetings.example/room',
        expiresAt: new Date(expiresAt).toISOString(),
        name: 'Stand-up',
      },
    ]);
  });

  it.each([
    ['a link of ours', `https://${HOST}/AAAAAAAAAAAAAAAAAAAAAA`],
    ['an address without TLS', 'http://meetings.example/room'],
    ['a script', 'javascript:alert(1)'],
    ['a link of ours whose host ends in a dot', `https://${HOST}./AAAAAAAAAAAAAAAAAAAAAA`],
  ])('never leads to %s, whatever the table says', async (_, url) => {
    const { slug } = await aLink({ url });
    const { statusCode, headers } = await visit(`/${slug}`);
    expect([statusCode, headers.location]).toEqual([200, undefined]);
  });

  it.each([
    [
      'line breaks',
      'https://meetings.example/a\r\nset-cookie: x=1',
      'https://meetings.example/aset-cookie:%20x=1',
    ],
    ['letters of other scripts', 'https://meetings.example/Räum', 'https://meetings.example/R%C3%A4um'],
  ])('brings no %s of the address into a header', async (_, url, location) => {
    const { slug } = await aLink({ url });
    expect((await visit(`/${slug}`)).headers.location).toBe(location);
  });
});

describe('a link without an open room', () => {
  it.each([
    ['kept', 'The room is being opened', 200],
    ['on-demand', 'Nobody is here yet', 200],
    ['held', 'The room is closed', 200],
    ['rejected', 'There is no room', 200],
    ['ending', 'The meeting is over', 410],
    ['cancelled', 'The meeting was cancelled', 410],
  ] as const)('that is %s says "%s" with %i', async (state, heading, status) => {
    const { slug } = await aLink({ state, url: undefined, expiresAt: undefined });
    const { statusCode, headers, body } = await visit(`/${slug}`);
    expect(statusCode).toBe(status);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(body).toContain(`<h1>${heading}</h1>`);
  });

  it.each([
    ['de-AT,de;q=0.9,en;q=0.5', 'de', 'Das Treffen wurde abgesagt'],
    ['en;q=0.4, fr;q=0.8', 'fr', 'La réunion a été annulée'],
    ['es', 'es', 'La reunión fue cancelada'],
    ['pt, *;q=0.1', 'en', 'The meeting was cancelled'],
    [undefined, 'en', 'The meeting was cancelled'],
  ])('speaks to %s in %s', async (language, lang, heading) => {
    const { slug } = await aLink({ state: 'cancelled' });
    const { body } = await visit(`/${slug}`, language === undefined ? {} : { language });
    expect(body).toContain(`<html lang="${lang}">`);
    expect(body).toContain(`<h1>${heading}</h1>`);
  });

  it('shows the team, the name and whom to ask as text, whatever they are', async () => {
    const { slug } = await aLink({ state: 'held', url: undefined, name: '<script>alert("1")</script>' });
    const { body } = await visit(`/${slug}`);
    expect(body).toContain('Team &lt;A&gt;');
    expect(body).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
    expect(body).toContain('<a href="mailto:help@team.example">help@team.example</a>');
  });

  it('runs one script and one style of its own, and is shown in no frame', async () => {
    const { slug } = await aLink({ state: 'on-demand', url: undefined });
    const [{ headers, body }, again] = [await visit(`/${slug}`), await visit(`/${slug}`)];
    const policy = headers['content-security-policy'] ?? '';
    const nonce = /script-src 'nonce-([\w-]{22})'/.exec(policy)?.[1];
    expect(policy).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/);
    expect(body?.match(/nonce="([^"]*)"/g)).toEqual([`nonce="${nonce}"`, `nonce="${nonce}"`]);
    expect(again.headers['content-security-policy']).not.toBe(policy);
  });

  it('that opened on demand until a moment says after it that the meeting is over', async () => {
    const { slug } = await aLink({ state: 'on-demand', url: undefined, neededUntil: Date.now() - 1 });
    expect((await visit(`/${slug}`)).body).toContain('<h1>The meeting is over</h1>');
    await visit(`/${slug}`, { method: 'POST' });
    expect(knocked()).toEqual([]);
  });

  it('never loads itself again by the clock', async () => {
    const { slug } = await aLink({ url: undefined });
    const { headers, body } = await visit(`/${slug}`);
    expect(`${JSON.stringify(headers)}${body}`).not.toMatch(/http-equiv|refresh/i);
  });
});

describe('a slug that leads nowhere', () => {
  it('gets the same answer for the same work, whether unknown, withdrawn or malformed', async () => {
    const { slug } = await aLink({ state: 'withdrawn', url: undefined });
    const paths = [
      `/${slug}`,
      `/${links.newSlug()}`,
      '/',
      '/wp-login.php',
      `/${'a'.repeat(5000)}`,
      `//${slug}`,
    ];
    const answers = await Promise.all(paths.map((path) => visit(path)));
    const shown = answers.map(({ statusCode, body }) => [statusCode, body?.replaceAll(/nonce="[^"]*"/g, '')]);
    expect(new Set(shown.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(shown[0]?.[0]).toBe(404);
    const as = await Promise.all(paths.map((path) => visit(path, { accept: 'application/json' })));
    expect(new Set(as.map(({ body }) => body))).toEqual(new Set(['{"state":"unknown"}']));
  });

  it('cannot be knocked at', async () => {
    const { slug } = await aLink({ state: 'withdrawn', url: undefined });
    for (const path of [`/${slug}`, `/${links.newSlug()}`, '/']) {
      expect((await visit(path, { method: 'POST' })).statusCode).toBe(404);
    }
    expect(knocked()).toEqual([]);
  });
});

describe('a knock', () => {
  it.each(['kept', 'on-demand'] as const)(
    'at a link that is %s is one request, and the page goes on',
    async (state) => {
      const { slug, key } = await aLink({ state, url: undefined });
      const { statusCode, headers } = await visit(`/${slug}`, { method: 'POST' });
      expect([statusCode, headers.location]).toEqual([303, `/${slug}?knocked`]);
      expect(knocked()).toEqual([{ key, action: 'knock' }]);
      const { body } = await visit(`/${slug}`, { query: 'knocked' });
      expect(body).toContain('<p id="status" role="status">The room is being opened…</p>');
    },
  );

  it('by the script is answered with JSON', async () => {
    const { slug } = await aLink({ state: 'on-demand', url: undefined });
    const answer = await visit(`/${slug}`, { method: 'POST', accept: 'application/json' });
    expect([answer.statusCode, answer.body]).toEqual([202, '{"state":"on-demand"}']);
    knocked();
  });

  it('is one request however often the button is pressed', async () => {
    const { slug, key } = await aLink({ state: 'on-demand', url: undefined });
    const other = await aLink({ state: 'on-demand', url: undefined });
    await Promise.all(Array.from({ length: 50 }, () => visit(`/${slug}`, { method: 'POST' })));
    await visit(`/${other.slug}`, { method: 'POST' });
    expect(knocked()).toEqual(
      expect.arrayContaining([
        { key, action: 'knock' },
        { key: other.key, action: 'knock' },
      ]),
    );
    expect(knocked()).toEqual([]);
  });

  it.each(['held', 'ending', 'rejected', 'cancelled'] as const)('opens nothing that is %s', async (state) => {
    const { slug } = await aLink({ state, url: undefined });
    await visit(`/${slug}`, { method: 'POST' });
    expect(knocked()).toEqual([]);
  });

  it('at an open room leads into it', async () => {
    const { slug } = await aLink({ state: 'on-demand' });
    expect((await visit(`/${slug}`, { method: 'POST' })).statusCode).toBe(302);
    expect(knocked()).toEqual([]);
  });
});

it('1,000 requests of scanners and previews change nothing', async () => {
  const slugs = await Promise.all(
    (['kept', 'on-demand', 'held', 'cancelled'] as const).map((state) => aLink({ state, url: undefined })),
  );
  for (let request = 0; request < 1000; request += 1) {
    const { slug } = slugs[request % slugs.length] ?? { slug: '' };
    await visit(`/${slug}`, { method: request % 2 === 0 ? 'GET' : 'HEAD' });
  }
  expect(knocked()).toEqual([]);
});

describe('where a service of AWS does not answer', () => {
  afterEach(async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', tables.endpoint);
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', queues.endpoint);
    await startCopy();
  });

  it.each([
    ['the links cannot be read', 'AWS_ENDPOINT_URL_DYNAMODB', 'GET'],
    ['the knock cannot be sent', 'AWS_ENDPOINT_URL_SQS', 'POST'],
  ] as const)('and %s, the visitor gets a page that says when to come back', async (_, variable, method) => {
    const { slug } = await aLink({ state: 'on-demand', url: undefined });
    vi.stubEnv(variable, 'http://127.0.0.1:9/');
    await startCopy();
    logged.length = 0;
    const { statusCode, headers, body } = await visit(`/${slug}`, { method, language: 'de' });
    expect([statusCode, headers['retry-after'], headers['cache-control']]).toEqual([503, '30', 'no-store']);
    expect(body).toContain('<h1>Links gehen im Augenblick nicht</h1>');
    expect(body).toContain('<a href="?">');
    const told = await visit(`/${slug}`, { method, accept: 'application/json' });
    expect([told.statusCode, told.body]).toEqual([503, '{"state":"unavailable"}']);
    expect(logged.join('')).toContain('"LinksFailed":1');
    expect(logged.join('')).not.toContain(slug);
  });
});

it('a visitor whose knock is one too many is told so, and other keys are none of theirs', async () => {
  await startCopy();
  const asked = await Promise.all(
    Array.from({ length: 121 }, () => aLink({ state: 'on-demand', url: undefined })),
  );
  const statuses: number[] = [];
  for (const { slug } of asked) statuses.push((await visit(`/${slug}`, { method: 'POST' })).statusCode);
  expect([statuses.filter((status) => status === 303).length, statuses.at(-1)]).toEqual([120, 503]);
  let sent = 0;
  for (let some = knocked(); some.length > 0; some = knocked()) sent += some.length;
  expect(sent).toBe(120);
  await startCopy();
});

it('other methods are refused', async () => {
  const { slug } = await aLink();
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    expect((await visit(`/${slug}`, { method })).statusCode).toBe(405);
  }
});

it('no line of the log has a slug or a guest link', async () => {
  logged.length = 0;
  const open = await aLink();
  const closed = await aLink({ state: 'on-demand', url: undefined });
  for (const { slug } of [open, closed]) {
    await visit(`/${slug}`);
    await visit(`/${slug}`, { method: 'POST' });
  }
  knocked();
  expect(logged.join('')).toContain('knocked');
  for (const secret of [open.slug, closed.slug, 'meetings.example'])
    expect(logged.join('')).not.toContain(secret);
});
