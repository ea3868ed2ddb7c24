import { html } from 'hono/html';
import type { Markup } from '../pages/layout.ts';

/** A bar of a picture. */
export interface Bar {
  /** The label below it; empty if there is no space for one. */
  readonly label: string;
  /** Its description, for screen readers and pointers. */
  readonly name: string;
  readonly count: number;
  /** The target of its link. */
  readonly href?: string;
  /** It marks a problem. */
  readonly isBad?: boolean;
  /** The page is about it. */
  readonly isChosen?: boolean;
}

export interface BarsOptions {
  readonly title: string;
  /** The unit, such as `rooms`. */
  readonly unit: string;
}

const WIDTH = 360;
const HEIGHT = 120;
const TOP = 16;

/** Bars next to each other, and the same figures as a table. */
export function bars(all: readonly Bar[], { title, unit }: BarsOptions): Markup {
  const most = Math.max(1, ...all.map(({ count }) => count));
  const step = WIDTH / all.length;
  const sum = all.reduce((total, { count }) => total + count, 0);
  // the parts of an image cannot be reached by the keyboard
  const role = all.some(({ href }) => href !== undefined) ? 'group' : 'img';
  return html`<figure>
<figcaption>${title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${TOP + HEIGHT + 20}" role="${role}" aria-label="${title}: ${number(sum)} ${unit}, at most ${number(most)} in one bar">
${all.map((bar, i) => barOf(bar, { index: i, step, most }))}
${sum === 0 ? html`<text x="${WIDTH / 2}" y="${TOP + HEIGHT / 2}">none</text>` : ''}
<line class="axis" x1="0" x2="${WIDTH}" y1="${TOP + HEIGHT}" y2="${TOP + HEIGHT}"/>
</svg>
<details><summary>as a table</summary>
<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr><th scope="col">${title}</th><th scope="col">${unit}</th></tr></thead>
<tbody>${all.map(({ name, count, href }) => html`<tr><th scope="row">${href === undefined ? name : html`<a href="${href}">${name}</a>`}</th><td>${number(count)}</td></tr>`)}</tbody></table></div>
</details>
</figure>`;
}

/** The position of a bar. */
interface Place {
  readonly index: number;
  readonly step: number;
  /** The count of the highest bar. */
  readonly most: number;
}

function barOf(bar: Bar, { index, step, most }: Place): Markup {
  const { label, name, count, href, isBad, isChosen } = bar;
  const height = count === 0 ? 0 : Math.max(2, (count / most) * HEIGHT);
  const middle = (index + 0.5) * step;
  const y = TOP + HEIGHT - height;
  // the whole column can be pointed at
  const column = html`<title>${name}: ${number(count)}</title>
<rect class="${isChosen ? 'column chosen' : 'column'}" x="${index * step}" y="0" width="${step}" height="${TOP + HEIGHT}"/>
<rect class="${isBad && count > 0 ? 'bar bad' : 'bar'}" x="${(index + 0.1) * step}" y="${y}" width="${step * 0.8}" height="${height}" rx="2"/>`;
  const isLink = href !== undefined && (count > 0 || isChosen);
  return html`${isLink ? html`<a href="${href}"${isChosen ? html` aria-current="page"` : ''}>${column}</a>` : html`<g>${column}</g>`}
${count === most ? html`<text class="value" x="${middle}" y="${y - 4}">${number(count)}</text>` : ''}
<text x="${middle}" y="${TOP + HEIGHT + 14}">${label}</text>`;
}

/** The rooms of an account. */
export interface Held {
  readonly name: string;
  readonly rooms: number;
  /** Other rooms, which its provider counts until they end. */
  readonly ending: number;
}

/** The rooms of an account and its limit, as a horizontal bar. */
export function meter({ name, rooms, ending }: Held, most: number | undefined): Markup {
  const held = `${number(rooms)}${ending > 0 ? ` + ${number(ending)} ending` : ''}`;
  if (most === undefined)
    return html`<tr><th scope="row">${name}</th><td>${held}</td><td>no limit is known</td></tr>`;
  const share = Math.min(1, (rooms + ending) / most);
  const percent = `${Math.round(share * 100)} %`;
  return html`<tr><th scope="row">${name}</th><td>${held} of ${number(most)}</td>
<td><div class="share"><span aria-hidden="true">${percent}</span><svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="${percent} of the limit"><rect class="rest" width="100" height="8"/><rect class="${share > 0.9 ? 'bar bad' : 'bar'}" width="${share * 100}" height="8"/></svg></div></td></tr>`;
}

export function number(value: number): string {
  return value.toLocaleString('en');
}
