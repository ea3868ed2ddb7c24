import { html } from 'hono/html';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { moment } from '../../../local/demo/text.ts';
import type { RoomLife } from '../../pages/room-life.ts';
import type { Markup } from '../pages/layout.ts';

const WIDTH = 720;
const ROW = 22;
const TOP = 26;
/** Space for a mark at either end. */
const EDGE = 6;

interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly end: number;
  readonly isCurrent: boolean;
}

/** The life of a key: a bar for each generation, and the times of events. */
export function lifePicture(life: RoomLife, now: number): Markup {
  const spans = spansOf(life);
  if (spans.length === 0) return html``;
  const marks = [now, ...spans.flatMap(({ from, end }) => [from, end]), ...moments(life).map(({ at }) => at)];
  const first = Math.min(...marks);
  const last = Math.max(...marks, first + DAY);
  const x = (at: number) => EDGE + Math.round(((at - first) / (last - first)) * WIDTH * 10) / 10;
  const height = TOP + spans.length * ROW;
  return html`<figure>
<figcaption>Its life</figcaption>
<div class="scroll" tabindex="0" role="region" aria-label="Its life"><svg class="life" viewBox="0 0 ${WIDTH + 2 * EDGE} ${height + 18}" role="img" aria-label="${inWords(spans)}">
${spans.map((span, row) => spanOf(span, TOP + row * ROW, x))}
${moments(life).map(({ at, what, isBad }) => html`<g><title>${moment(new Date(at).toISOString())} UTC: ${what}</title><circle class="${isBad ? 'dot bad' : 'dot'}" cx="${x(at)}" cy="${TOP - 10}" r="4"/></g>`)}
<line class="now" x1="${x(now)}" x2="${x(now)}" y1="6" y2="${height}"/>
<text class="${x(now) > WIDTH / 2 ? 'end' : 'start'}" x="${x(now)}" y="${height + 13}">now</text>
</svg></div>
</figure>`;
}

function spanOf({ name, from, to, end, isCurrent }: Span, y: number, x: (at: number) => number): Markup {
  const start = x(from);
  const text = html`<text class="${start > WIDTH / 2 ? 'end' : 'start'}" x="${start > WIDTH / 2 ? x(end) - 6 : start + 6}" y="${y + 12}">${name}</text>`;
  return html`<g><title>${name}: opened ${day(from)}, ${isCurrent ? 'ends' : 'replaced'} ${day(to)}</title>
<rect class="${isCurrent ? 'span current' : 'span'}" x="${start}" y="${y}" width="${Math.max(2, x(to) - start)}" height="${ROW - 6}" rx="3"/>
${end > to ? html`<rect class="span over" x="${x(to)}" y="${y}" width="${x(end) - x(to)}" height="${ROW - 6}" rx="3"/>` : ''}
${text}</g>`;
}

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

function moments({ events = [], deadLetters, renewAt }: RoomLife) {
  return [
    ...events.map(({ at, type }) => ({
      at: Date.parse(at),
      what: type,
      isBad: /Failed|Refused|Lost/.test(type),
    })),
    ...deadLetters.map(({ sentAt }) => ({
      at: Date.parse(sentAt),
      what: 'a message that rests',
      isBad: true,
    })),
    ...(renewAt === undefined ? [] : [{ at: Date.parse(renewAt), what: 'its next renewal', isBad: false }]),
  ];
}

function inWords(spans: readonly Span[]): string {
  return spans.map(({ name, from, to }) => `${name} from ${day(from)} to ${day(to)}`).join(', ');
}

const day = (at: number) => moment(new Date(at).toISOString()).slice(0, 10);
