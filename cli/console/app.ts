import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { ROOM_STATES } from '../../functions/rooms/model/events.ts';
import type { DueRoom } from '../../functions/rooms/model/ports.ts';
import { DAY, type Instant } from '../../functions/rooms/model/time.ts';
import { moment } from '../../local/demo/text.ts';
import type { DeadLetter, Deployment } from '../deployment/deployment.ts';
import { lifeOf } from '../pages/life-of.ts';
import { iso } from '../pages/listed-room.ts';
import { noRoomOf } from '../pages/no-room.ts';
import type { RoomFilter } from '../pages/room-filter.ts';
import { type Admission, onlyFromHere, onlyTheOperator, safeHeaders } from './guards.ts';
import { deadLettersContent, LETTER_ACTIONS, type LetterAction } from './pages/dead-letters.ts';
import { type Markup, type PagePath, page, roomAddress } from './pages/layout.ts';
import { nightsContent } from './pages/nights.ts';
import { dayOf, overviewContent } from './pages/overview.ts';
import { ACTIONS, noRoomContent, type RoomActionName, roomContent } from './pages/room.ts';
import { noStateContent, roomsContent } from './pages/rooms.ts';
import { Counter, DAYS, midnight } from './snapshot.ts';
import { script, style } from './style.ts';
import { tablePage } from './table-page.ts';

/** Rooms of one night on a page. */
const NIGHT = 200;

/**
 * The console of a deployment. It reads as the commands do, and changes rooms by messages as any other sender
 * does.
 */
export function consoleApp(deployment: Deployment, admission: Admission): Hono {
  const { limits, hint } = deployment;
  const counter = new Counter(deployment);
  counter.start();
  const app = new Hono();
  const show = (context: Context, title: string, at: PagePath, content: Markup) =>
    context.html(page({ stack: deployment.stack, now: moment(iso(deployment.now())) }, title, at, content));

  app.use(safeHeaders, onlyFromHere(admission), onlyTheOperator(admission));
  app.get('/style.css', (context) => context.body(style, 200, { 'content-type': 'text/css' }));
  app.get('/script.js', (context) => context.body(script, 200, { 'content-type': 'text/javascript' }));

  app.get('/', async (context) => {
    const deadLetters = await deployment.deadLetters();
    const content = overviewContent({ count: counter.count, deadLetters, limits, hint });
    return show(context, 'Overview', '/', content);
  });
  // a page that waits calls this instead of the overview, which reads the dead-letter queues
  app.get('/count', (context) => context.body(null, counter.count.isCounting ? 202 : 204));
  app.post('/count', (context) => {
    counter.start();
    return context.redirect('/', 303);
  });

  app.get('/find', async (context) => {
    const key = (context.req.query('key') ?? '').trim();
    if (key !== '' && (await deployment.rooms.read(key))) return context.redirect(roomAddress(key));
    return context.redirect(`/rooms?${new URLSearchParams({ prefix: key })}`);
  });
  app.get('/rooms', async (context) => {
    const filter = filterOf(context);
    const state = context.req.query('state');
    if (state && filter.state === undefined) {
      context.status(404);
      return show(context, 'No such state', '/rooms', noStateContent(state, ROOM_STATES));
    }
    const cursor = context.req.query('cursor');
    if (cursor !== undefined && !isJson(cursor)) return context.notFound();
    const found = await tablePage(deployment.rooms, filter, cursor);
    const content = roomsContent({
      filter,
      found,
      states: ROOM_STATES,
      applications: deployment.applications.map(({ name }) => name),
      now: deployment.now(),
    });
    return show(context, 'Rooms', '/rooms', content);
  });

  app.get('/room', async (context) => {
    const key = context.req.query('key') ?? '';
    const life = key === '' ? undefined : await lifeOf(key, deployment);
    if (!life) {
      context.status(404);
      return show(
        context,
        'No such room',
        '/rooms',
        noRoomContent(key, await noRoomOf(key, deployment), hint),
      );
    }
    const sent = ACTIONS.find((action) => action === context.req.query('sent'));
    return show(context, key, '/rooms', roomContent({ life, now: deployment.now(), hint, sent }));
  });
  app.post('/room', async (context) => {
    const form = await context.req.parseBody();
    const action = ACTIONS.find((known) => known === form.action);
    const key = typeof form.key === 'string' ? form.key : '';
    if (!action || !(await deployment.rooms.read(key)))
      return context.text('there is no such room or action', 400);
    if (isGrave(action) && form.sure !== 'on') return context.text('tick the box before the button', 400);
    await deployment.request(JSON.stringify({ key, action }));
    return context.redirect(`${roomAddress(key)}&sent=${action}`, 303);
  });

  app.get('/nights', async (context) => {
    const now = deployment.now();
    // a night is a day in UTC, as in the command `plan`
    const night = nightOf(context.req.query('night'), now);
    if (night === undefined) return context.notFound();
    const isFirst = night === midnight(now);
    const due = deployment.rooms.due(night + DAY - 1, isFirst ? undefined : night);
    const content = nightsContent({ ...(await firstOf(due)), night, now, last: counter.count.last });
    return show(context, 'Coming nights', '/nights', content);
  });

  app.get('/dead-letters', async (context) => {
    const action = LETTER_ACTIONS.find((known) => known === context.req.query('done'));
    const content = deadLettersContent({
      letters: await deployment.deadLetters(),
      ...(action && { done: { action, messages: Number(context.req.query('messages')) || 0 } }),
    });
    return show(context, 'Dead letters', '/dead-letters', content);
  });
  app.post('/dead-letters', async (context) => {
    const { sure, of, action: asked, id = [] } = await context.req.parseBody({ all: true });
    if (sure !== 'on') return context.text('tick the box before the button', 400);
    const action = LETTER_ACTIONS.find((known) => known === asked);
    const ids = [id].flat().map(String);
    if (!action || (of !== 'all' && ids.length === 0))
      return context.text('choose messages, and what to do', 400);
    const messages = await handled(
      deployment,
      action,
      of === 'all' ? () => true : (letter) => ids.includes(letter.id),
    );
    return context.redirect(`/dead-letters?done=${action}&messages=${messages}`, 303);
  });

  app.notFound((context) => {
    context.status(404);
    return show(context, 'No such page', '/', html`<p>The menu has all pages.</p>`);
  });
  app.onError((error, context) => {
    context.status(500);
    const content = html`<p class="bad" role="alert">${error.message}</p><p>${context.req.method === 'GET' ? 'Nothing was changed.' : 'What was asked for may be done in part: look before you repeat it.'} <code>${hint('doctor')}</code> looks at the deployment.</p>`;
    return show(context, 'That did not work', '/', content);
  });
  return app;
}

function handled(
  deployment: Deployment,
  action: LetterAction,
  wanted: (letter: DeadLetter) => boolean,
): Promise<number> {
  return action === 'redrive' ? deployment.redriveSome(wanted) : deployment.discard(wanted);
}

const isGrave = (action: RoomActionName) => action === 'cancel' || action === 'rotate';

/** The position of a page is JSON; an address that was cut or typed is not. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** @returns the start of one of the coming days in UTC; undefined for any other text */
function nightOf(text: string | undefined, now: Instant): Instant | undefined {
  const days = Array.from({ length: DAYS }, (_, i) => midnight(now) + i * DAY);
  return text === undefined ? days[0] : days.find((day) => dayOf(day) === text);
}

function filterOf(context: Context): RoomFilter {
  const given = (name: string) => context.req.query(name) || undefined;
  const state = given('state');
  return {
    state: ROOM_STATES.find((known) => known === state),
    prefix: given('prefix'),
    application: given('application'),
  };
}

async function firstOf(due: AsyncIterable<DueRoom>) {
  const rooms: DueRoom[] = [];
  for await (const room of due) {
    if (rooms.length === NIGHT) return { rooms, hasMore: true };
    rooms.push(room);
  }
  return { rooms, hasMore: false };
}
