import { html } from 'hono/html';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { moment } from '../../../local/demo/text.ts';
import type { RoomLife } from '../../pages/room-life.ts';
import type { Markup } from '../pages/layout.ts';

const WIDTH = 720;
const ROW = 22;
const TOP = 30;
/** Space for a mark at either end. */
const EDGE = 6;

interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly end: number;
  readonly isCurrent: boolean;
}

/** The position of a time. */
type Scale = (at: number) => number;

/** The life of a key: a bar for each generation, and the times of events. */
export function lifePicture(life: RoomLife, now: number): Markup {
  const spans = spansOf(life);
  if (spans.length === 0) return html``;
  const marks = [now, ...spans.flatMap(({ from, end }) => [from, end]), ...moments(life).map(({ at }) => at)];
  const first = Math.min(...marks);
  const last = Math.max(...marks, first + DAY);
  const x: Scale = (at) => EDGE + Math.round(((at - first) / (last - first)) * WIDTH * 10) / 10;
  const height = TOP + spans.length * ROW;
  return html`<figure>
<figcaption>Its life</figcaption>
<div class="scroll" tabindex="0" role="region" aria-label="Its life"><svg class="life" viewBox="0 0 ${WIDTH + 2 * EDGE} ${height + 20}" role="img" aria-label="${inWords(spans)}">
${spans.map((span, row) => spanOf(span, TOP + row * ROW, { x, now, emergencyAt: life.emergencyAt }))}
${moments(life).map(({ at, what, kind }) => html`<g><title>${moment(new Date(at).toISOString())} UTC: ${what}</title><circle class="dot ${kind}" cx="${x(at)}" cy="${TOP - 10}" r="4"/></g>`)}
<line class="now" x1="${x(now)}" x2="${x(now)}" y1="12" y2="${height}"/>
<text class="${sideOf(x(now))}" x="${x(now)}" y="9">now</text>
${axis(first, last, { x, y: height })}
</svg></div>
<p class="legend">${LEGEND.map(([kind, what]) => html`<span><svg viewBox="0 0 10 10" aria-hidden="true">${kind === 'danger' ? html`<rect class="danger" width="10" height="10"/>` : html`<circle class="dot ${kind}" cx="5" cy="5" r="4"/>`}</svg> ${what}</span> `)}</p>
</figure>`;
}

const LEGEND = [
  ['event', 'an announcement'],
  ['renewal', 'its next renewal'],
  ['bad', 'a failure'],
  ['danger', 'its emergency, in which it is renewed before all others'],
] as const;

/** Dates on the axis. */
const DATES = 5;

/** The first and the last date, and some between them. */
function axis(first: number, last: number, { x, y }: { readonly x: Scale; readonly y: number }): Markup {
  const isShort = last - first < 2 * DATES * DAY;
  const dates = Array.from({ length: DATES }, (_, i) => first + ((last - first) * i) / (DATES - 1));
  return html`<line class="axis" x1="${x(first)}" x2="${x(last)}" y1="${y}" y2="${y}"/>
${dates.map((at, i) => html`<line class="axis" x1="${x(at)}" x2="${x(at)}" y1="${y}" y2="${y + 4}"/><text class="${i === 0 ? 'start' : i === DATES - 1 ? 'end' : ''}" x="${x(at)}" y="${y + 16}">${isShort ? minute(at) : day(at)}</text>`)}`;
}

interface SpanPlace {
  readonly x: Scale;
  readonly now: number;
  readonly emergencyAt?: string | undefined;
}

function spanOf(
  { name, from, to, end, isCurrent }: Span,
  y: number,
  { x, now, emergencyAt }: SpanPlace,
): Markup {
  const start = x(from);
  const height = ROW - 6;
  const part = (kind: string, since: number, until: number) =>
    until > since
      ? html`<rect class="${kind}" x="${x(since)}" y="${y}" width="${x(until) - x(since)}" height="${height}" rx="3"/>`
      : '';
  const danger = isCurrent && emergencyAt !== undefined ? part('danger', Date.parse(emergencyAt), to) : '';
  const text = html`<text class="${sideOf(start)}" x="${start > WIDTH / 2 ? x(end) - 6 : start + 6}" y="${y + 12}">${name}</text>`;
  return html`<g><title>${name}: opened ${day(from)}, ${isCurrent ? 'ends' : 'replaced'} ${day(to)}</title>
${isCurrent ? part('past', from, Math.min(now, to)) : ''}${danger}
<rect class="${isCurrent ? 'span current' : 'span'}" x="${start}" y="${y}" width="${Math.max(2, x(to) - start)}" height="${height}" rx="3"/>
${part('span over', to, end)}
${text}</g>`;
}

/** A text begins at its place in the left half of the picture, and ends at it in the right one. */
const sideOf = (at: number) => (at > WIDTH / 2 ? 'end' : 'start');
function spansOf({ history, room, generation }: RoomLife): readonly Span[] {
  const past = history
    .map(({ generation: number, openedAt, replacedAt, expiresAt }) => ({
      number,
      name: `generation ${number}`,
      from: Date.parse(openedAt),
      to: Date.parse(replacedAt),
      end: Math.max(Date.parse(replacedAt), Date.parse(expiresAt)),
      isCurrent: false,
    }))
    .sort((a, b) => a.number - b.number)
    .slice(-LATEST);
  if (!room) return past;
  const end = Date.parse(room.expiresAt);
  return [
    ...past,
    { name: `generation ${generation}`, from: Date.parse(room.createdAt), to: end, end, isCurrent: true },
  ];
}

/** Generations in the picture; the table below has all. */
const LATEST = 12;

type Mark = { readonly at: number; readonly what: string; readonly kind: 'event' | 'renewal' | 'bad' };

function moments({ events = [], deadLetters, renewAt }: RoomLife): readonly Mark[] {
  return [
    ...events.map(({ at, type }): Mark => {
      const isBad = /Failed|Refused|Lost/.test(type);
      return { at: Date.parse(at), what: type, kind: isBad ? 'bad' : 'event' };
    }),
    ...deadLetters.map(
      ({ sentAt }): Mark => ({ at: Date.parse(sentAt), what: 'a message that was given up', kind: 'bad' }),
    ),
    ...(renewAt === undefined
      ? []
      : [{ at: Date.parse(renewAt), what: 'its next renewal', kind: 'renewal' } as const]),
  ];
}

function inWords(spans: readonly Span[]): string {
  return spans.map(({ name, from, to }) => `${name} from ${day(from)} to ${day(to)}`).join(', ');
}

const minute = (at: number) => moment(new Date(at).toISOString());
const day = (at: number) => minute(at).slice(0, 10);
