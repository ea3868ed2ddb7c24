import { html } from 'hono/html';
import { counted, keyOf, moment, reasonOf } from '../../../local/demo/text.ts';
import type { DeadLetter } from '../../deployment/deployment.ts';
import { iso } from '../../pages/listed-room.ts';
import { type Markup, roomLink } from './layout.ts';

export interface DeadLettersContent {
  readonly letters: readonly DeadLetter[];
  /** How many messages were given another try just now. */
  readonly redriven?: number | undefined;
}

/** What rests in the dead-letter queues, by queue. */
export function deadLettersContent({ letters, redriven }: DeadLettersContent): Markup {
  return html`${redriven === undefined ? '' : html`<p class="good" role="status">${counted(redriven, 'message')} will be tried again, each in the place that it had.</p>`}
${letters.length === 0 ? html`<p class="good">Nothing rests here.</p>` : html`<form method="post" action="/dead-letters"><p>Correct what is wrong first: a message fails again for the same reason. <label><input type="checkbox" name="sure" required> I am sure</label> <button>Try all again</button></p></form>`}
${[...Map.groupBy(letters, ({ queue }) => queue)].map(([queue, all]) => html`<section><h2>${queue} (${all.length})</h2>${all.map(letterOf)}</section>`)}`;
}

function letterOf(letter: DeadLetter): Markup {
  const { id, sentAt, body, attributes } = letter;
  const key = keyOf(body);
  return html`<article><h3>${moment(iso(Number(attributes.originalSentAt ?? sentAt)))} UTC ${key === undefined ? 'no key' : roomLink(key)}</h3>
<p>${reasonOf(letter)}</p>
<details><summary>message ${id}</summary><pre tabindex="0">${body}</pre></details></article>`;
}
