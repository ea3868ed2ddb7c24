import { html } from 'hono/html';
import { DAY, type Instant } from '../../../functions/rooms/model/time.ts';
import { counted, moment } from '../../../local/demo/text.ts';
import type { AccountLimits, DeadLetter, Hint } from '../../deployment/deployment.ts';
import { iso } from '../../pages/listed-room.ts';
import { type Bar, bars, meter, number } from '../pictures/bars.ts';
import { type Count, DAYS, LIFE_LEFT, midnight, type Snapshot, type Troubled } from '../snapshot.ts';
import { type Markup, roomLink, table } from './layout.ts';

export interface Overview {
  readonly count: Count;
  readonly deadLetters: readonly DeadLetter[];
  readonly hint: Hint;
  /** The provider's limits for each account. */
  readonly limits: readonly AccountLimits[];
}

/** Shows first the problems that need a person, then the deployment in pictures. */
export function overviewContent({ count, deadLetters, limits, hint }: Overview): Markup {
  const { last } = count;
  return html`${countLine(count)}
<section><h2>Needs a person</h2>
${deadLetters.length > 0 ? html`<p class="bad"><a href="/dead-letters">${counted(deadLetters.length, 'message')} in the dead-letter queues</a></p>` : ''}
${last ? worst(last, hint) : ''}
${deadLetters.length === 0 && last?.troubled === 0 ? html`<p class="good">Nothing: no room is in trouble, and no message was given up.</p>` : ''}
</section>
${last ? pictures(last, { deadLetters, limits }) : ''}`;
}

function countLine(count: Count): Markup {
  if (count.isCounting) {
    return html`<p role="status" data-counting>Counting the rooms: ${number(count.read)} rows read. <a href="/">Look again</a></p>`;
  }
  const { last, failure } = count;
  return html`${failure === undefined ? '' : html`<p class="bad" role="alert">The rooms could not be counted: ${failure}</p>`}
<form method="post" action="/count"><p>${last ? html`Counted at ${moment(iso(last.takenAt))} UTC; the pictures are of that moment.` : ''} <button>Count again</button></p></form>`;
}

function worst({ troubled, worst: some }: Snapshot, hint: Hint): Markup {
  if (troubled === 0) return html``;
  return html`<p class="bad">${counted(troubled, 'room')} in trouble${troubled > some.length ? html`; here are ${some.length}` : ''}</p>
${table(
  'Rooms in trouble',
  ['Key', 'What is wrong', 'What fixes it'],
  some.map((room) => troubleRow(room, hint)),
)}`;
}

function troubleRow({ key, problem: { what, command } }: Troubled, hint: Hint): Markup {
  return html`<tr><th scope="row">${roomLink(key)}</th><td>${what}</td><td>${command === undefined ? 'it is tried again' : html`<code>${hint(command)}</code>`}</td></tr>`;
}

function pictures(
  snapshot: Snapshot,
  { deadLetters, limits }: Pick<Overview, 'deadLetters' | 'limits'>,
): Markup {
  const { states, lifeLeft, due, renewed, applications, ending, takenAt } = snapshot;
  return html`<section><h2>Rooms</h2>
<ul class="figures">${[...states].map(([state, count]) => html`<li><a href="/rooms?state=${state}"><strong>${number(count)}</strong> ${state}</a></li>`)}</ul>
</section>
<section class="pictures"><h2 class="hidden">Pictures</h2>
${bars(
  LIFE_LEFT.map(([label], i): Bar => ({ label, name: label, count: lifeLeft[i] ?? 0, isBad: i === 0 })),
  { title: 'Life left', unit: 'rooms' },
)}
${bars(nights(due, takenAt), { title: 'Due in the next 30 days', unit: 'rooms' })}
${bars(daysBack(renewed, takenAt), { title: 'Replaced in the last 30 days', unit: 'rooms' })}
${bars(
  daysBack(givenUp(deadLetters, takenAt), takenAt).map((bar): Bar => ({ ...bar, isBad: true })),
  { title: 'Given up in the last 30 days', unit: 'messages' },
)}
</section>
<section><h2>Accounts</h2>
${table(
  'Accounts',
  ['Application', 'Rooms', 'Of the limit'],
  [...applications].map(([name, rooms]) =>
    meter(
      { name, rooms, ending: ending.get(name) ?? 0 },
      limits.find(({ application }) => application === name)?.rooms,
    ),
  ),
)}
</section>`;
}

/** @param first a time in the first night, in which the rooms were counted */
export function nights(due: readonly number[], first: Instant): readonly Bar[] {
  return due.map((count, i) => {
    const name = dayOf(first + i * DAY);
    return { label: labelOf(name, i), name, count, href: nightAddress(first + i * DAY) };
  });
}

/** The address of the page of a day in UTC. */
export const nightAddress = (at: Instant) => `/nights?night=${dayOf(at)}`;

function daysBack(renewed: readonly number[], now: Instant): readonly Bar[] {
  return renewed.map((count, i) => {
    const name = dayOf(now - (renewed.length - 1 - i) * DAY);
    return { label: labelOf(name, i), name, count };
  });
}

/** Returns the messages that rest, by the day on which they were given up. SQS keeps them for two weeks. */
function givenUp(deadLetters: readonly DeadLetter[], now: Instant): readonly number[] {
  const days = Array.from({ length: DAYS }, () => 0);
  for (const { sentAt } of deadLetters) {
    const day = DAYS - 1 - Math.max(0, midnight(now) - midnight(sentAt)) / DAY;
    if (day >= 0) days[day] = (days[day] ?? 0) + 1;
  }
  return days;
}

export const dayOf = (at: Instant) => iso(at).slice(0, 10);

/** Every fifth day has a label, so that labels do not overlap. */
const labelOf = (day: string, index: number) => (index % 5 === 0 ? day.slice(5) : '');
