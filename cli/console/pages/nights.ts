import { html } from 'hono/html';
import type { DueRoom } from '../../../functions/rooms/model/ports.ts';
import { DAY, type Instant } from '../../../functions/rooms/model/time.ts';
import { counted, moment } from '../../../local/demo/text.ts';
import { iso } from '../../pages/listed-room.ts';
import { bars } from '../pictures/bars.ts';
import { DAYS, midnight, type Snapshot } from '../snapshot.ts';
import { type Markup, roomLink, table } from './layout.ts';
import { dayOf, nightAddress, nights } from './overview.ts';

export interface NightsContent {
  readonly rooms: readonly DueRoom[];
  /** There are more rooms than the page shows. */
  readonly hasMore: boolean;
  /** The start of the day in UTC. */
  readonly night: Instant;
  readonly now: Instant;
  /** The last count, which the picture shows. */
  readonly last?: Snapshot | undefined;
}

/** The rooms of one future day, from the index, below a picture of the days around it. */
export function nightsContent({ rooms, hasMore, night, now, last }: NightsContent): Markup {
  const first = midnight(now);
  const end = first + (DAYS - 1) * DAY;
  const found =
    rooms.length === 0 ? 'nothing is due' : `${hasMore ? 'more than ' : ''}${counted(rooms.length, 'room')}`;
  return html`${last ? html`<div class="night">${pictureOf(last, night)}</div>` : ''}
<h2>${dayOf(night)}: ${found}</h2>
<p class="pages">${night > first ? html`<a rel="prev" href="${nightAddress(night - DAY)}">The day before</a>` : ''} ${night < end ? html`<a rel="next" href="${nightAddress(night + DAY)}">The day after</a>` : ''}</p>
${rooms.length === 0 ? '' : table('Rooms that are due', ['Key', { name: 'Application', isMore: true }, 'Due (UTC)', { name: 'Emergency from (UTC)', isMore: true }, ''], rooms.map(dueRow))}
${hasMore ? html`<p>There are more; the list ends here: <code>evergreen-rooms list --due</code> has all.</p>` : ''}`;
}

function pictureOf({ due, takenAt }: Snapshot, night: Instant): Markup {
  const all = nights(due, takenAt).map((bar) => ({ ...bar, isChosen: bar.name === dayOf(night) }));
  return bars(all, { title: `Due by night, as counted at ${moment(iso(takenAt))} UTC`, unit: 'rooms' });
}

function dueRow({ key, application, dueAt, emergencyAt, held }: DueRoom): Markup {
  return html`<tr><th scope="row">${roomLink(key)}</th><td class="more">${application}</td><td>${moment(iso(dueAt))}</td><td class="more">${moment(iso(emergencyAt))}</td><td>${held ? 'held' : ''}</td></tr>`;
}
