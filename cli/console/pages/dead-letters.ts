import { html } from 'hono/html';
import { counted, keyOf, moment, reasonOf, subjectOfBody } from '../../../local/demo/text.ts';
import { firstId } from '../../deployment/dead-letters.ts';
import type { DeadLetter } from '../../deployment/deployment.ts';
import { iso } from '../../pages/listed-room.ts';
import { type Markup, roomLink } from './layout.ts';

/** The actions on dead letters. */
export const LETTER_ACTIONS = ['redrive', 'discard'] as const;

export type LetterAction = (typeof LETTER_ACTIONS)[number];

export interface DeadLettersContent {
  readonly letters: readonly DeadLetter[];
  /** The last action, and its number of messages. */
  readonly done?: { readonly action: LetterAction; readonly messages: number } | undefined;
}

/** The messages in the dead-letter queues, by queue and reason. */
export function deadLettersContent({ letters, done }: DeadLettersContent): Markup {
  return html`${done === undefined ? '' : html`<p class="good" role="status">${doneLine(done)}</p>`}
${
  letters.length === 0
    ? html`<p class="good">There are no messages.</p>`
    : html`<p>Correct what is wrong first: a message fails again for the same reason. A message that is discarded is gone for good.</p>
${letters.length > 1 ? formOf({ of: 'all' }, `all ${letters.length} messages`) : ''}`
}
${[...Map.groupBy(letters, ({ queue }) => queue)].map(queueOf)}`;
}

function doneLine({ action, messages }: NonNullable<DeadLettersContent['done']>): string {
  const what = counted(messages, 'message');
  return action === 'redrive'
    ? `${what} will be tried again, each in the place that it had.`
    : `${what} discarded.`;
}

function queueOf([queue, letters]: [string, readonly DeadLetter[]]): Markup {
  return html`<section><h2>${queue} (${letters.length})</h2>${[...Map.groupBy(letters, reasonOf)].map(reasonGroup)}</section>`;
}

/** The messages of one reason: all of them are selected, until a person deselects some. */
function reasonGroup([reason, letters]: [string, readonly DeadLetter[]]): Markup {
  return formOf(
    { of: 'chosen' },
    letters.length === 1 ? 'this message' : 'the chosen messages',
    html`<h3>${reason}</h3>${letters.map((letter) => letterOf(letter, letters.length > 1))}`,
  );
}

/** A form with an action on messages, which a person must confirm. */
function formOf(
  hidden: Readonly<Record<string, string>>,
  which: string,
  content: Markup | string = '',
): Markup {
  return html`<form method="post" action="/dead-letters" class="group">${content}${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<p><label><input type="checkbox" name="sure" required> I am sure</label> <button name="action" value="redrive">Try ${which} again</button> <button name="action" value="discard" class="destroys">Discard ${which}</button></p></form>`;
}

/** @param isOneOf whether a person can leave it out */
function letterOf(letter: DeadLetter, isOneOf: boolean): Markup {
  const { id, sentAt, body, attributes } = letter;
  const key = keyOf(body);
  const at = `${moment(iso(Number(attributes.originalSentAt ?? sentAt)))} UTC`;
  const chosen = isOneOf
    ? html`<label><input type="checkbox" name="id" value="${id}" checked> ${at}</label>`
    : html`<input type="hidden" name="id" value="${id}">${at}`;
  return html`<article><p>${chosen} ${key === undefined ? subjectOfBody(body) : roomLink(key)}</p>
<details><summary>message ${firstId(letter)}</summary><pre tabindex="0">${body}</pre></details></article>`;
}
