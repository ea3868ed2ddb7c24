import ICAL from 'ical.js';
import { RequestRefusedError } from '../../rooms/errors.ts';
import type { Instant } from '../../rooms/room.ts';
import type { CalendarContext } from './context.ts';
import { textOf } from './ics-property.ts';
import {
  componentsOf,
  type IcsCalendar,
  type IcsEvent,
  propertyOf,
  unescaped,
  withoutTitles,
  writeIcs,
} from './ics-text.ts';
import { type Clocks, readIcsTimes, readInstant } from './ics-times.ts';
import { zonesOf } from './ics-zones.ts';
import { instantOr, stamp } from './stamp.ts';
import type { EventTimes } from './telling.ts';
import { zoneNamed } from './zone.ts';

/** A VEVENT, as far as it is the same for all kinds of news. */
export interface IcsComponent {
  readonly isWhole: boolean;
  readonly following: boolean;
  readonly at: string;
  readonly cancelled: boolean;
  readonly isPrivate: boolean;
  readonly title: string;
  /** When the occurrence that it speaks of was planned to start. */
  readonly id?: Instant;
  readonly times?: EventTimes;
}

/**
 * The VEVENTs of one event, read.
 *
 * @throws RequestRefusedError
 */
export function readComponents(
  calendar: IcsCalendar,
  event: IcsEvent,
  context: CalendarContext,
): readonly IcsComponent[] {
  const component = parse(calendar, event);
  const calendarZone =
    context.zone ?? zoneNamed(calendar.timeZone ?? '', context.steps) ?? context.defaultZone;
  const clocks: Clocks = {
    zoneNamed: zonesOf(component, context.steps),
    ...(calendarZone && { calendarZone }),
  };
  const titles = titlesOf(event);
  return component
    .getAllSubcomponents('vevent')
    .map((vevent, index) => readComponent(vevent, { calendar, context, clocks, title: titles[index] ?? '' }));
}

/** Titles are read by us: nothing that a person wrote is in what `ical.js` sees, so nor is it in what it complains of. */
function titlesOf({ lines }: IcsEvent): string[] {
  return componentsOf(lines).map((component) => unescaped(propertyOf(component, 'SUMMARY')));
}

function parse(calendar: IcsCalendar, event: IcsEvent): ICAL.Component {
  const lines = withoutTitles(event.lines);
  try {
    return new ICAL.Component(ICAL.parse(writeIcs(calendar, { uid: event.uid, lines })));
  } catch (cause) {
    throw new RequestRefusedError(`icalendar: ${(cause as Error).message.slice(0, 200)}`, { cause });
  }
}

interface Reading {
  readonly calendar: IcsCalendar;
  readonly context: CalendarContext;
  readonly clocks: Clocks;
  readonly title: string;
}

function readComponent(vevent: ICAL.Component, { calendar, context, clocks, title }: Reading): IcsComponent {
  const text = (name: string) => textOf(vevent, name).toUpperCase();
  const cancelled = context.isCancelled || calendar.method === 'CANCEL' || text('status') === 'CANCELLED';
  const id = readInstant(vevent, 'recurrence-id', clocks);
  const times = readIcsTimes(vevent, clocks);
  return {
    isWhole: id === undefined,
    following:
      String(vevent.getFirstProperty('recurrence-id')?.getParameter('range')).toUpperCase() ===
      'THISANDFUTURE',
    at: stamp([Number(text('sequence')) || 0, changedAt(vevent, calendar, context)], cancelled),
    cancelled,
    isPrivate: isHiddenClass(text('class')),
    title,
    ...(id !== undefined && { id }),
    ...(times && { times }),
  };
}

/** A CLASS that nobody knows is to be taken for PRIVATE. */
export function isHiddenClass(name: string): boolean {
  return !/^(PUBLIC)?$/i.test(name);
}

/**
 * When the news is from. A message's DTSTAMP is the time of the message; in a calendar file it may be the time at
 * which the file was fetched, and LAST-MODIFIED is the better witness.
 */
function changedAt(
  vevent: ICAL.Component,
  { method = 'PUBLISH' }: IcsCalendar,
  context: CalendarContext,
): Instant {
  const [first, second] = method === 'PUBLISH' ? ['last-modified', 'dtstamp'] : ['dtstamp', 'last-modified'];
  const instant = (name: string) => instantOr(textOf(vevent, name).replace(/Z?$/, 'Z'), Number.NaN);
  return (
    [instant(first as string), instant(second as string), context.toldAt].find((at) => !Number.isNaN(at)) ?? 0
  );
}
