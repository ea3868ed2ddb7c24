import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** HTML in which all external text is escaped. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** The common parts of every page. */
export interface Frame {
  readonly stack: string;
  /** The time of the deployment, formatted for people. */
  readonly now: string;
}

const PAGES = [
  ['/', 'Overview'],
  ['/rooms', 'Rooms'],
  ['/nights', 'Coming nights'],
  ['/dead-letters', 'Dead letters'],
] as const;

/** The path of a page of the menu. */
export type PagePath = (typeof PAGES)[number][0];

/** Returns a whole page. @param at the part of the menu that it belongs to */
export function page({ stack, now }: Frame, title: string, at: PagePath, content: Markup): Markup {
  return html`<!doctype html>
<html lang="en">
${head(`${title} · ${stack}`)}
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<p class="stack">${stack}</p>
<nav aria-label="Pages"><ul>
${PAGES.map(([path, name]) => html`<li><a href="${path}"${path === at ? html` aria-current="page"` : ''}>${name}</a></li>`)}
</ul></nav>
<form action="/find" role="search"><label for="key">Key</label><input id="key" name="key" type="search" autocomplete="off" spellcheck="false"><button>Show</button></form>
</header>
<main id="content">
<h1>${title}</h1>
${content}
</main>
<footer><p>${now} UTC by the clock of the deployment. Host links are on no page: <code>evergreen-rooms host-link KEY</code></p></footer>
</body>
</html>`;
}

/** The page for a request without access. It contains nothing about the deployment. */
export function refusalPage(why: string): Markup {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Evergreen Rooms</title></head>
<body><main><h1>Not here</h1><p>${why}</p></main></body>
</html>`;
}

function head(title: string): Markup {
  return html`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="/style.css">
<script src="/script.js" defer></script>
</head>`;
}

export function roomAddress(key: string): string {
  return `/room?${new URLSearchParams({ key })}`;
}

export function roomLink(key: string): Markup {
  return html`<a class="key" href="${roomAddress(key)}">${key}</a>`;
}

/** The heading of a column. A phone does not show the columns that are `isMore`, whose cells have the class `more`. */
export type Heading = string | { readonly name: string; readonly isMore: true };

/** A table that scrolls by itself if the window is narrow. */
export function table(name: string, headings: readonly Heading[], rows: readonly Markup[]): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table>
<thead><tr>${headings.map((heading) => (typeof heading === 'string' ? html`<th scope="col">${heading}</th>` : html`<th scope="col" class="more">${heading.name}</th>`))}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}
