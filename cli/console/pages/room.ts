import { html } from 'hono/html';
import type { Instant } from '../../../functions/rooms/model/time.ts';
import type { Hint } from '../../deployment/deployment.ts';
import type { NoRoom } from '../../pages/no-room.ts';
import type { Problem } from '../../pages/problems.ts';
import type { RoomLife } from '../../pages/room-life.ts';
import { factsOf, sectionsOf } from '../../pages/room-page.ts';
import { lifePicture } from '../pictures/life.ts';
import { type Markup, roomLink } from './layout.ts';

/** The actions for a room on its page. */
export const ACTIONS = ['rotate', 'hold', 'release', 'cancel'] as const;
export type RoomActionName = (typeof ACTIONS)[number];

const EFFECTS: Record<RoomActionName, string> = {
  rotate: 'A new room now; the earlier one ends after the announcement.',
  hold: 'Its renewal stops until somebody releases it. On demand, no visitor can open it.',
  release: 'Its renewal goes on. On demand, visitors can open it again.',
  cancel: 'The room ends, and its link says that the meeting is cancelled.',
};

export interface RoomContent {
  readonly life: RoomLife;
  readonly now: Instant;
  readonly hint: Hint;
  /** The action whose message was just sent. */
  readonly sent?: string | undefined;
}

/** The page of a key, with the content of the command `show` and its life as a picture. */
export function roomContent({ life, now, hint, sent }: RoomContent): Markup {
  return html`${sent === undefined ? '' : html`<p class="good" role="status">${sent}: the message is in the queue of requests. <a href="?key=${encodeURIComponent(life.key)}">Look again</a></p>`}
<section><h2>What is wrong</h2>${life.problems.length === 0 ? html`<p class="good">Nothing is wrong.</p>` : problemList(life.problems, hint)}</section>
<section><h2 class="hidden">Facts</h2><dl>${factsOf(life, now).map(([name, value]) => html`<div><dt>${name}</dt><dd>${isLink(name) ? linked(value) : value}</dd></div>`)}</dl></section>
<section>${lifePicture(life, now)}</section>
<section><h2>Actions</h2><div class="actions">${possible(life).map((action) => actionForm(action, life.key))}</div></section>
${sectionsOf(life).map(([title, lines]) => html`<section><h2>${title.charAt(0).toUpperCase()}${title.slice(1)}</h2><ul class="lines">${lines.map((line) => html`<li>${line}</li>`)}</ul></section>`)}`;
}

/** The page of a key without a room: why a request for it was given up, or similar keys. */
export function noRoomContent(key: string, { problems, near }: NoRoom, hint: Hint): Markup {
  return html`<p>There is no room <code>${key}</code>.${near.length === 0 ? '' : html` Similar keys: ${near.map((each) => html`${roomLink(each)} `)}`}</p>
${problems.length === 0 ? '' : html`<section><h2>What is wrong</h2>${problemList(problems, hint)}<p><a href="/dead-letters">All dead letters</a></p></section>`}`;
}

/** Facts that begin with an address that guests have. A text that people wrote is not among them. */
const isLink = (fact: string) => ['link', 'room', 'before'].includes(fact);

function linked(value: string): Markup {
  const [, address = '', rest = ''] = /^(https?:\/\/[^\s,]+)?(.*)$/s.exec(value) ?? [];
  return address === '' ? html`${value}` : html`<a href="${address}" rel="noreferrer">${address}</a>${rest}`;
}

const problemList = (problems: readonly Problem[], hint: Hint) =>
  html`<ul class="problems">${problems.map((each) => problem(each, hint))}</ul>`;

function problem({ what, why, command }: Problem, hint: Hint): Markup {
  return html`<li><strong>${what}</strong><br>${why}${command === undefined ? '' : html`<br><code>${hint(command)}</code>`}</li>`;
}

function possible({ state, held }: RoomLife): readonly RoomActionName[] {
  if (state === 'cancelled' || state === 'rejected') return [];
  return ACTIONS.filter((action) => (action === 'release' ? held : action !== 'hold' || !held));
}

function actionForm(action: RoomActionName, key: string): Markup {
  const confirms = action === 'cancel' || action === 'rotate';
  return html`<form method="post" action="/room">
<input type="hidden" name="key" value="${key}"><input type="hidden" name="action" value="${action}">
${confirms ? html`<label><input type="checkbox" name="sure" required> I am sure</label>` : ''}
<button${action === 'cancel' ? html` class="destroys"` : ''} aria-describedby="${action}-effect">${action}</button><span id="${action}-effect">${EFFECTS[action]}</span>
</form>`;
}
