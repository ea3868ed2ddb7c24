import { html } from 'hono/html';
import type { Room, RoomState } from '../../../functions/rooms/model/room.ts';
import type { Instant } from '../../../functions/rooms/model/time.ts';
import { counted, moment } from '../../../local/demo/text.ts';
import { stateWithHold } from '../../../local/rooms/shown-room.ts';
import { listedRoom } from '../../pages/listed-room.ts';
import { span } from '../../pages/problems.ts';
import type { RoomFilter } from '../../pages/room-filter.ts';
import { type Heading, type Markup, roomLink, table } from './layout.ts';

export interface RoomsPage {
  readonly rooms: readonly Room[];
  /** Rows that were read for it. */
  readonly read: number;
  /** The position of the next page; absent at the end. */
  readonly cursor?: string | undefined;
}

export interface RoomsContent {
  readonly filter: RoomFilter;
  readonly found: RoomsPage;
  readonly states: readonly RoomState[];
  readonly applications: readonly string[];
  readonly now: Instant;
}

/** A page of the table. */
export function roomsContent(content: RoomsContent): Markup {
  const { filter, found, now } = content;
  const rows = found.rooms.map((room) => roomRow(room, now));
  return html`${filterForm(content)}
<p role="status">${foundLine(found)}</p>
${rows.length > 0 ? table('Rooms', HEADINGS, rows) : ''}
${found.cursor === undefined ? '' : html`<p><a rel="next" href="/rooms?${query(filter, found.cursor)}">Next page</a></p>`}`;
}

const HEADINGS: readonly Heading[] = [
  'Key',
  'State',
  { name: 'Generation', isMore: true },
  { name: 'Application', isMore: true },
  'Ends (UTC)',
  { name: 'Next renewal (UTC)', isMore: true },
];

function foundLine({ rooms, read, cursor }: RoomsPage): string {
  const rows = `among ${counted(read, 'row')} of the table`;
  if (rooms.length === 0)
    return `No room ${rows} fits.${cursor === undefined ? '' : ' There are more pages.'}`;
  return `${counted(rooms.length, 'room')} ${rows}, in its order.${cursor === undefined ? ' This is the last page.' : ''}`;
}

/** The page of a state that no room can have. */
export function noStateContent(state: string, states: readonly RoomState[]): Markup {
  return html`<p class="bad" role="alert">There is no state <code>${state}</code>.</p>
<p>The states are: ${states.map((each) => html`<a href="/rooms?state=${each}">${each}</a> `)}</p>`;
}

function filterForm({ filter, states, applications }: RoomsContent): Markup {
  return html`<form class="filter" action="/rooms">
<p><label for="prefix">Key begins with</label><input id="prefix" name="prefix" value="${filter.prefix ?? ''}"></p>
<p><label for="state">State</label>${choice('state', states, filter.state)}</p>
<p><label for="application">Application</label>${choice('application', applications, filter.application)}</p>
<p><button>Filter</button></p>
</form>`;
}

function choice(name: string, values: readonly string[], chosen: string | undefined): Markup {
  // a room may still be in an application that the pool had before
  const all = chosen === undefined || values.includes(chosen) ? values : [...values, chosen];
  return html`<select id="${name}" name="${name}"><option value="">any</option>
${all.map((value) => html`<option${value === chosen ? html` selected` : ''}>${value}</option>`)}</select>`;
}

function query(filter: RoomFilter, cursor: string): string {
  const set = new URLSearchParams({ cursor });
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) set.set(name, value);
  return set.toString();
}

function roomRow(room: Room, now: Instant): Markup {
  const listed = listedRoom(room);
  const { key, generation, application = '', expiresAt, renewAt } = listed;
  const end = expiresAt && `${moment(expiresAt)} (${leftInWords(Date.parse(expiresAt) - now)})`;
  return html`<tr><th scope="row">${roomLink(key)}</th><td>${stateWithHold(listed)}</td><td class="more">${generation}</td><td class="more">${application}</td><td>${end ?? '-'}</td><td class="more">${renewAt ? moment(renewAt) : '-'}</td></tr>`;
}

const leftInWords = (left: number) => (left > 0 ? span(left) : 'over');
