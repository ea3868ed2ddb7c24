import ICAL from 'ical.js';
import { textsFor } from '../../links/language.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { addressesInBlock, descriptionWith } from './block.ts';
import { type CalendarLine, eventsIn, lineOf, linesOf, propertyOf } from './calendar-lines.ts';
import { HTML, PLAIN_TEXT } from './markup.ts';
import { placeWith } from './place.ts';
import { ownAddresses, type RoomLink } from './room-link.ts';

/** The property with the link, for programs. */
export const ICALENDAR_MARK = 'X-EVERGREEN-ROOM';

/**
 * Returns a calendar object with the room's link in its event and in each exception; undefined if it has the
 * link. All other lines stay unchanged, with their folds: `ical.js` reads and writes only the changed ones.
 */
export function icalendarChange(text: string, link: RoomLink, now: Instant): string | undefined {
  const lines = linesOf(text);
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const plain = link.url === undefined ? link : { ...link, url: withoutSeparators(link.url) };
  const changed = new Map(
    eventsIn(lines).flatMap((own) => [...changesOf(own, { link: plain, now, lineBreak })]),
  );
  if (changed.size === 0) return undefined;
  return lines
    .flatMap((line) => changed.get(line) ?? [line])
    .map(({ raw }) => raw)
    .join('');
}

/**
 * Some servers put a backslash before these characters in an address, and others read it as a part of the
 * address.
 */
function withoutSeparators(url: string): string {
  return url.replaceAll(';', '%3B').replaceAll(',', '%2C');
}

/**
 * They change with every change of an event. `SEQUENCE` does not, because nothing changes for the attendees.
 */
const STAMPS = new Set(['DTSTAMP', 'LAST-MODIFIED']);

function stamp({ name }: CalendarLine, now: Instant, lineBreak: string): CalendarLine {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return { name, raw: `${name}:${time}${lineBreak}` };
}

interface Writing {
  readonly link: RoomLink;
  readonly now: Instant;
  readonly lineBreak: string;
}

type Edit = (line: CalendarLine | undefined, change: Change) => void;
type Change = (property: ICAL.Property | undefined) => ICAL.Property | undefined;

/**
 * Returns the changed lines of an event, each with its replacement.
 *
 * @param own the lines of one event, without those of its alarms
 */
function changesOf(
  own: readonly CalendarLine[],
  { link, now, lineBreak }: Writing,
): ReadonlyMap<CalendarLine, readonly CalendarLine[]> {
  const changes = new Map<CalendarLine, readonly CalendarLine[]>();
  const added: CalendarLine[] = [];
  editEvent(own, link, (line, change) => {
    const property = line && propertyOf(line);
    // an unreadable line stays unchanged
    if (line && !property) return;
    const before = property?.toICALString();
    const after = change(property);
    if (after?.toICALString() === before) return;
    const written = after ? [lineOf(after, lineBreak)] : [];
    if (line) changes.set(line, written);
    else added.push(...written);
  });
  const last = own.at(-1);
  if (!last || (changes.size === 0 && added.length === 0)) return changes;
  for (const line of own) if (STAMPS.has(line.name)) changes.set(line, [stamp(line, now, lineBreak)]);
  return changes.set(last, [...(changes.get(last) ?? [last]), ...added]);
}

function editEvent(own: readonly CalendarLine[], link: RoomLink, edit: Edit): void {
  const named = (name: string) => own.filter((line) => line.name === name);
  const [mark] = named(ICALENDAR_MARK);
  const [text] = named('DESCRIPTION');
  const inBlock = addressesInBlock(textIn(text && propertyOf(text)));
  const ours = ownAddresses(link, mark && propertyOf(mark)?.getFirstValue(), inBlock);
  edit(named('LOCATION')[0], (property) => place(property, ours));
  edit(text, (property) => description(property, ours));
  for (const line of named('X-ALT-DESC')) edit(line, (property) => htmlDescription(property, ours));
  editConferences(named('CONFERENCE'), ours, edit);
  edit(mark, () => (isFull(link) ? uriProperty(ICALENDAR_MARK, link.url) : undefined));
}

function isFull(link: RoomLink): link is RoomLink & { readonly url: string } {
  return link.writeBack === 'full' && link.url !== undefined;
}

function uriProperty(name: string, uri: string, parameters: Record<string, string> = {}): ICAL.Property {
  return new ICAL.Property([name.toLowerCase(), parameters, 'uri', uri]);
}

function textIn(property: ICAL.Property | undefined): string {
  const value = property?.getFirstValue();
  return typeof value === 'string' ? value : '';
}

/** A property that contains only this project's text is removed with it. */
function withText(name: string, property: ICAL.Property | undefined, text: string) {
  if (text === textIn(property)) return property;
  if (text === '' && !property?.getFirstParameter('altrep')) return undefined;
  const changed = property ?? new ICAL.Property(name);
  changed.setValue(text);
  return changed;
}

function place(property: ICAL.Property | undefined, link: RoomLink) {
  return withText('location', property, placeWith(textIn(property), link));
}

function description(property: ICAL.Property | undefined, link: RoomLink) {
  const changed = withText('description', property, descriptionWith(textIn(property), link, PLAIN_TEXT));
  const alternative = changed?.getFirstParameter('altrep');
  if (changed && alternative) changed.setParameter('altrep', alternativeWith(alternative, link));
  return changed;
}

const HTML_ALTERNATIVE = /^(data:text\/html(?:;charset=utf-8)?,)(.*)$/is;

/** Thunderbird stores the description in HTML as well as in text, and shows the HTML. */
function alternativeWith(address: string, link: RoomLink): string {
  const [, start, encoded = ''] = HTML_ALTERNATIVE.exec(address) ?? [];
  if (start === undefined) return address;
  try {
    const html = decodeURIComponent(encoded);
    const changed = descriptionWith(html, link, HTML);
    return changed === html ? address : start + encodeURIComponent(changed);
  } catch {
    // the text was not encoded in this way
    return address;
  }
}

/** Outlook stores the description in HTML in a separate property. */
function htmlDescription(property: ICAL.Property | undefined, link: RoomLink) {
  if (!property || !/^text\/html$/i.test(String(property.getFirstParameter('fmttype')))) return property;
  const html = textIn(property).replace(/\\([\\;,nN])/g, (_, sign: string) =>
    /n/i.test(sign) ? '\n' : sign,
  );
  const changed = descriptionWith(html, link, HTML);
  if (changed !== html) {
    property.setValue(
      changed
        .replace(/[\\;,]/g, '\\$&')
        .replaceAll('\r\n', '\n')
        .replaceAll('\n', '\\n'),
    );
  }
  return property;
}

/** One of the conferences is this project's; the others belong to people and to other programs. */
function editConferences(lines: readonly CalendarLine[], link: RoomLink, edit: Edit): void {
  const [first, ...others] = lines.filter((line) => link.isOurs(uriIn(line)));
  for (const line of others) edit(line, () => undefined);
  edit(first, (property) => {
    if (!isFull(link)) return undefined;
    if (first && uriIn(first) === link.url) return property;
    return uriProperty('CONFERENCE', link.url, { feature: 'VIDEO', label: textsFor(link.language).join });
  });
}

/** Returns the original of a URI that a server has escaped. */
function uriIn(line: CalendarLine): string {
  return textIn(propertyOf(line)).replace(/\\([;,])/g, '$1');
}
