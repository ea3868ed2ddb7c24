import { type Link, opensAtKnock } from '../rooms/model/link.ts';
import { script } from './script.ts';
import { style } from './style.ts';
import type { ShownPage, Texts } from './texts/texts.ts';

/** A deployment's own content on its pages. */
export interface Branding {
  readonly team?: string | undefined;
  /** An https address of a picture. */
  readonly logo?: string | undefined;
  /** The contact for visitors: an e-mail address, an https address, or text. */
  readonly contact?: string | undefined;
}

export interface PageInput extends Branding {
  readonly page: ShownPage;
  readonly link?: Link | undefined;
  readonly texts: Texts;
  /** The visitor has already pressed the button. */
  readonly knocked: boolean;
  /** The nonce of the only style and the only script. */
  readonly nonce: string;
}

const ASK: ReadonlySet<ShownPage> = new Set<ShownPage>(['held', 'ended', 'rejected', 'cancelled', 'unknown']);

/** Renders the whole page of a link: it loads nothing but the team's logo. */
export function renderPage(input: PageInput): string {
  const { page, link, texts, knocked, nonce, team } = input;
  const heading = texts.headings[page];
  const opens = page !== 'unavailable' && opensAtKnock(page);
  const line = knocked && opens ? texts.opening : texts.lines[page];
  const title = team === undefined ? heading : `${heading} · ${team}`;
  return `<!doctype html>
<html lang="${texts.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main data-page="${page}">
${[
  teamOf(input),
  link?.name === undefined ? '' : `<p class="name">${escaped(link.name)}</p>`,
  `<h1>${escaped(heading)}</h1>`,
  `<p id="status" role="status">${escaped(line)}</p>`,
  page === 'live' ? joinOf(input) : '',
  opens ? knockOf(input) : '',
  page === 'unavailable' ? againOf(input) : '',
  ASK.has(page) ? contactOf(input) : '',
]
  .filter((part) => part !== '')
  .join('\n')}
</main>
${opens || page === 'live' ? `<script nonce="${nonce}">${script}</script>\n` : ''}</body>
</html>
`;
}

function teamOf({ team, logo }: PageInput): string {
  if (team === undefined && logo === undefined) return '';
  const picture = logo === undefined ? '' : `<img src="${escaped(logo)}" alt="" width="40" height="40">`;
  return `<p class="team">${picture}${escaped(team ?? '')}</p>`;
}

/** The link into the room sends no referrer. */
function joinOf({ link, texts }: PageInput): string {
  const { url = '', expiresAt } = link ?? {};
  const until = expiresAt === undefined ? '' : `\n<p class="more">${untilOf(expiresAt, texts)}</p>`;
  return `<p><a class="button" href="${escaped(url)}" rel="noreferrer">${escaped(texts.join)}</a></p>${until}`;
}

/** In UTC; the script adds the time in the visitor's zone. */
function untilOf(expiresAt: number, texts: Texts): string {
  const iso = new Date(expiresAt).toISOString();
  const inUtc = new Intl.DateTimeFormat(texts.lang, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(expiresAt);
  return escaped(texts.until).replace('{time}', `<time datetime="${iso}">${escaped(inUtc)} UTC</time>`);
}

/**
 * The form has no field, so that its body is empty: a signed origin refuses bodies without a hash, and
 * browsers send none.
 */
function knockOf({ texts, knocked, page }: PageInput): string {
  const data = [texts.opening, texts.late, texts.offline].map(escaped);
  const waits = knocked || page === 'opening';
  return `<form method="post" id="knock" data-opening="${data[0]}" data-late="${data[1]}" data-offline="${data[2]}"${waits ? ' data-waits' : ''}>
<button class="button">${escaped(texts.open)}</button>
</form>
<noscript>${againOf({ texts })}</noscript>`;
}

function againOf({ texts }: Pick<PageInput, 'texts'>): string {
  return `<p class="more"><a href="?">${escaped(texts.again)}</a></p>`;
}

function contactOf({ contact, texts }: PageInput): string {
  if (contact === undefined) return '';
  return `<p class="more">${escaped(texts.contact).replace('{contact}', () => contactLink(contact))}</p>`;
}

function contactLink(contact: string): string {
  const text = escaped(contact);
  if (/^https:\/\//.test(contact)) return `<a href="${text}" rel="noreferrer">${text}</a>`;
  return /^[^\s@]+@[^\s@]+$/.test(contact) ? `<a href="mailto:${text}">${text}</a>` : text;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
