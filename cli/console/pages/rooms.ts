import { html } from 'hono/html';
import type { DueRoom } from '../../../functions/rooms/model/ports.ts';
import type { Room, RoomState } from '../../../functions/rooms/model/room.ts';
import type { Instant } from '../../../functions/rooms/model/time.ts';
import { moment } from '../../../local/demo/text.ts';
import { stateWithHold } from '../../../local/rooms/shown-room.ts';
import { iso, listedRoom } from '../../pages/listed-room.ts';
import { span } from '../../pages/problems.ts';
import type { RoomFilter } from '../../pages/room-filter.ts';
import { number } from '../pictures/bars.ts';
import { type Markup, roomLink, table } from './layout.ts';

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
<p role="status">${number(found.rooms.length)} ${found.rooms.length === 1 ? 'room' : 'rooms'}, of ${number(found.read)} rows that were read. The order is that of the table.</p>
${rows.length > 0 ? table('Rooms', ['Key', 'State', 'Generation', 'Application', 'Ends (UTC)', 'Next renewal (UTC)'], rows) : html`<p>No room on this page fits.</p>`}
${found.cursor === undefined ? html`<p>This is the last page.</p>` : html`<p><a rel="next" href="/rooms?${query(filter, found.cursor)}">Next page</a></p>`}`;
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
  return html`<select id="${name}" name="${name}"><option value="">any</option>
${values.map((value) => html`<option${value === chosen ? html` selected` : ''}>${value}</option>`)}</select>`;
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
  return html`<tr><th scope="row">${roomLink(key)}</th><td>${stateWithHold(listed)}</td><td>${generation}</td><td>${application}</td><td>${end ?? '-'}</td><td>${renewAt ? moment(renewAt) : '-'}</td></tr>`;
}

const leftInWords = (left: number) => (left > 0 ? span(left) : 'over');

export interface NightsContent {
  readonly rooms: readonly DueRoom[];
  /** There are more rooms than the page shows. */
  readonly hasMore: boolean;
  readonly from: Instant;
  readonly until: Instant;
  /** The positions of the previous and the next page. */
  readonly earlier?: string | undefined;
  readonly later?: string | undefined;
}

/** The rooms of one future day, from the index. */
export function nightsContent({ rooms, hasMore, from, until, earlier, later }: NightsContent): Markup {
  return html`<p>${moment(iso(from))} to ${moment(iso(until))} UTC${rooms.length === 0 ? ': nothing is due.' : ''}</p>
${rooms.length === 0 ? '' : table('Rooms that are due', ['Key', 'Application', 'Due (UTC)', 'Emergency from (UTC)', ''], rooms.map(dueRow))}
${hasMore ? html`<p>There are more; the list ends here: <code>evergreen-rooms list --due</code> has all.</p>` : ''}
<p class="pages">${earlier === undefined ? '' : html`<a rel="prev" href="${earlier}">The day before</a>`} ${later === undefined ? '' : html`<a rel="next" href="${later}">The day after</a>`}</p>`;
}

function dueRow({ key, application, dueAt, emergencyAt, held }: DueRoom): Markup {
  return html`<tr><th scope="row">${roomLink(key)}</th><td>${application}</td><td>${moment(iso(dueAt))}</td><td>${moment(iso(emergencyAt))}</td><td>${held ? 'held' : ''}</td></tr>`;
}
