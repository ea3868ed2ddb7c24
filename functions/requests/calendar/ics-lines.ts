/** The lines of a text, put together where they were folded, and as they should have been written. */
export function unfolded(text: string): string[] {
  return text
    .replace(/^\ufeff/, '')
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '' && !NOTHING.test(line))
    .map(mended);
}

/** A list of dates without any date. */
const NOTHING = /^(?:EXDATE|RDATE)(?:;[^:]*)?:\s*$/i;

const RULE = /^(?:EXRULE|RRULE)[;:]/i;

/** Outlook names zones with colons in them (`tzone://Microsoft/Custom`), and leaves out the quotes that these need. */
const UNQUOTED_ZONE = /^([A-Z-]+(?:;[^":;]*)*;TZID=)([^";]*)((?:;VALUE=[A-Z-]+)?:\d{8}[^":]*)$/i;

/** A line as it should have been written, where it is clear what it means. */
function mended(line: string): string {
  if (RULE.test(line)) return line.toUpperCase();
  const [, before, zone = '', after] = UNQUOTED_ZONE.exec(line) ?? [];
  return zone.includes(':') ? `${before}"${zone}"${after}` : line;
}

/** The name of a line's property, and its value. Values of parameters may be quoted and have colons in them. */
const LINE = /^([A-Za-z0-9-]+)(?:;(?:"[^"]*"|[^":])*)?:(.*)$/s;

/** A line's property, in capitals, and its value. */
export function readLine(line: string): { readonly name: string; readonly value: string } {
  const [, name = '', value = ''] = LINE.exec(line) ?? [];
  return { name: name.toUpperCase(), value: value.trim() };
}

/** The value of a property among a component's lines; empty where there is none. */
export function propertyOf(lines: readonly string[], name: string): string {
  for (const line of lines) {
    const { name: found, value } = readLine(line);
    if (found === name) return value;
  }
  return '';
}

/** The lines of each component by itself. */
export function componentsOf(lines: readonly string[]): readonly (readonly string[])[] {
  const components: string[][] = [];
  for (const line of lines) {
    if (line === 'BEGIN:VEVENT') components.push([]);
    components.at(-1)?.push(line);
  }
  return components;
}

/** The lines without what a person wrote. */
export function withoutTitles(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !/^SUMMARY[;:]/i.test(line));
}

/** A text without the signs that hide others in it. */
export function unescaped(text: string): string {
  return text.replace(/\\([\\;,nN])/g, (_, character: string) => (/n/i.test(character) ? ' ' : character));
}

/** The zones that are named anywhere in the lines: by parameters, which hide no signs, as definitions do. */
export function zonesNamedIn(lines: readonly string[]): Set<string> {
  const names = lines.join('\n').matchAll(/;TZID=(?:"([^"]*)"|([^;:]*))/gi);
  return new Set([...names].map(([, quoted, plain = '']) => unescaped(quoted ?? plain)));
}
