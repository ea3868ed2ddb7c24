/** Returns the lines of an iCalendar text, unfolded. */
export function linesOf(text: string): string[] {
  return text
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .filter((line) => line !== '');
}

const nameOf = (line: string): string => /^[\w-]+/.exec(line)?.[0].toUpperCase() ?? '';

/** A component: its own properties, and the components inside it. */
export interface Component {
  readonly name: string;
  readonly properties: string[];
  readonly components: Component[];
}

/** @throws Error with a reason if the text is not an object that a calendar can store (RFC 4791, 4.1) */
export function readObject(text: string): { readonly calendar: Component; readonly uid: string } {
  const calendar = readComponent(text);
  if (calendar.name !== 'VCALENDAR') throw new Error('the text is no VCALENDAR');
  if (calendar.properties.some((line) => nameOf(line) === 'METHOD')) throw new Error('the text has a METHOD');
  const kept = calendar.components.filter(({ name }) => name !== 'VTIMEZONE');
  const uids = new Set(kept.map((component) => propertyOf(component, 'UID') ?? ''));
  const [uid = ''] = uids;
  if (kept.length === 0 || uids.size !== 1 || uid === '') throw new Error('the text has not one UID');
  if (new Set(kept.map(({ name }) => name)).size !== 1)
    throw new Error('the text has components of two kinds');
  return { calendar, uid };
}

function readComponent(text: string): Component {
  const root: Component = { name: '', properties: [], components: [] };
  const open: Component[] = [root];
  for (const line of linesOf(text)) readLine(line, open);
  const [component, ...others] = root.components;
  if (open.length > 1 || !component || others.length > 0)
    throw new Error('the text is not one whole component');
  return component;
}

function readLine(line: string, open: Component[]): void {
  // the outermost component stays open until the end
  const current = open.at(-1) as Component;
  const [, verb, name = ''] = /^(BEGIN|END):(.*)$/i.exec(line.toUpperCase().trim()) ?? [];
  if (verb === 'BEGIN') {
    const begun: Component = { name, properties: [], components: [] };
    current.components.push(begun);
    open.push(begun);
    return;
  }
  if (open.length < 2) throw new Error('a line outside of a component');
  if (verb === undefined) {
    if (!/^[\w-]+[:;]/.test(line)) throw new Error('a line that is no property');
    current.properties.push(line);
    return;
  }
  if (current.name !== name) throw new Error(`${verb}:${name} ends nothing`);
  open.pop();
}

/** Returns the value of a property, without parameters. */
export function propertyOf({ properties }: Component, name: string): string | undefined {
  const line = properties.find((each) => nameOf(each) === name);
  return line?.replace(/^[\w-]+(?:;[\w-]+=(?:"[^"]*"|[^":;])*)*:/, '');
}

/** Returns the text as a server returns it that stores events in its own form. */
export function rewritten(calendar: Component, how: 'sorted' | 'escaped'): string {
  return `${written(calendar, how).map(folded).join('\r\n')}\r\n`;
}

function written({ name, properties, components }: Component, how: 'sorted' | 'escaped'): string[] {
  const kept = how === 'sorted' ? properties.toSorted(byName) : properties.map(escapedUri);
  return [
    `BEGIN:${name}`,
    ...kept,
    ...components.flatMap((component) => written(component, how)),
    `END:${name}`,
  ];
}

function byName(one: string, other: string): number {
  const [a, b] = [nameOf(one), nameOf(other)];
  return Number(a > b) - Number(a < b);
}

/** Escapes a URI as Xandikos does, which no RFC requires. */
function escapedUri(line: string): string {
  if (nameOf(line) !== 'CONFERENCE') return line;
  const colon = /^(?:[^":]|"[^"]*")*:/.exec(line)?.[0].length ?? 0;
  return line.slice(0, colon) + line.slice(colon).replace(/\\?([,;])/g, '\\$1');
}

function folded(line: string): string {
  const parts: string[] = [];
  let part = '';
  for (const character of line) {
    if (Buffer.byteLength(part + character) > (parts.length === 0 ? 75 : 74)) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part].join('\r\n ');
}

/** Returns the attendees to whom a scheduling server sends mail about an event (RFC 6638). */
export function attendeesOf(calendar: Component): string[] {
  const events = calendar.components.filter((component) => propertyOf(component, 'ORGANIZER') !== undefined);
  const lines = events.flatMap(({ properties }) => properties.filter((line) => nameOf(line) === 'ATTENDEE'));
  const told = lines.filter((line) => !/;SCHEDULE-AGENT="?(?:CLIENT|NONE)/i.test(line));
  return [...new Set(told.map((line) => line.slice(line.toLowerCase().lastIndexOf('mailto:'))))].toSorted();
}

/** Returns the parts of an event whose changes attendees must learn of. */
export function meaningOf(calendar: Component, names: readonly string[]): string {
  const events = calendar.components.filter(({ name }) => name === 'VEVENT');
  const lines = events.map(({ properties }) =>
    properties.filter((line) => ['RECURRENCE-ID', ...names].includes(nameOf(line))).toSorted(),
  );
  return JSON.stringify(lines.toSorted());
}
