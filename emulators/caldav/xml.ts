/** An XML element, with the parts that WebDAV uses: its name and its content. */
export interface Element {
  /** The name with its namespace: `DAV: prop`. */
  readonly name: string;
  readonly children: readonly Element[];
  readonly text: string;
}

export class UnreadableXmlError extends Error {}

interface Open {
  readonly tag: string;
  readonly name: string;
  readonly namespaces: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([\w.:-]+)([^<>]*?)(\/?)>|([^<]+)|</g;
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Reads the body of a request. @throws UnreadableXmlError */
export function readXml(text: string): Element {
  const root: Open = { tag: '', name: '', namespaces: {}, children: [], text: '' };
  const open: Open[] = [root];
  for (const [token, cdata, closing, tag, attributes, selfClosing, plain] of text.matchAll(TOKEN)) {
    if (token === '<') throw new UnreadableXmlError('a "<" that begins nothing');
    // the document itself stays open until the end
    const current = open.at(-1) as Open;
    if (tag === undefined) current.text += cdata ?? unescaped(plain ?? '');
    else if (closing) close(open, tag);
    else {
      const opened = begin(tag, attributes ?? '', current.namespaces);
      (selfClosing ? current.children : open).push(opened);
    }
  }
  return wholeOf(root, open);
}

function wholeOf({ children }: Open, open: readonly Open[]): Element {
  const [element, ...others] = children;
  if (open.length > 1 || !element || others.length > 0) throw new UnreadableXmlError('not one whole element');
  return element;
}

function close(open: Open[], tag: string): void {
  const closed = open.pop();
  const outer = open.at(-1);
  if (closed?.tag !== tag || !outer) throw new UnreadableXmlError(`</${tag}> closes nothing`);
  outer.children.push(closed);
}

function begin(tag: string, attributes: string, outer: Readonly<Record<string, string>>): Open {
  const namespaces = { ...outer };
  for (const [, name = '', double, single] of attributes.matchAll(ATTRIBUTE)) {
    const value = unescaped(double ?? single ?? '');
    if (name === 'xmlns') namespaces[''] = value;
    else if (name.startsWith('xmlns:')) namespaces[name.slice('xmlns:'.length)] = value;
  }
  const [prefix, local] = tag.includes(':') ? tag.split(':', 2) : ['', tag];
  const namespace = namespaces[prefix ?? ''];
  if (namespace === undefined) throw new UnreadableXmlError(`the prefix of <${tag}> is not defined`);
  return { tag, name: `${namespace} ${local}`, namespaces, children: [], text: '' };
}

function unescaped(text: string): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (entity, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(Number(decimal));
    const known = ENTITIES[name];
    if (known === undefined) throw new UnreadableXmlError(`${entity} is not defined`);
    return known;
  });
}

export function childrenNamed(element: Element | undefined, name: string): readonly Element[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

export function textNamed(element: Element, name: string): string | undefined {
  return childrenNamed(element, name)[0]?.text.trim();
}

/** An element to write: a name with its namespace, and the content. */
export type Part = readonly [name: string, ...content: (Part | string)[]];

/** Marks text for a CDATA section. */
export const CDATA = '{cdata}';

const PREFIXES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  default: { 'DAV:': '', 'urn:ietf:params:xml:ns:caldav': 'C', 'http://calendarserver.org/ns/': 'CS' },
  prefixed: { 'DAV:': 'D', 'urn:ietf:params:xml:ns:caldav': 'cal', 'http://calendarserver.org/ns/': 'cs' },
  numbered: { 'DAV:': 'ns0', 'urn:ietf:params:xml:ns:caldav': 'ns1', 'http://calendarserver.org/ns/': 'ns2' },
};

export function writeXml(part: Part, style: string): string {
  const prefixes = PREFIXES[style] ?? {};
  const declared = Object.entries(prefixes).map(
    ([namespace, prefix]) => ` xmlns${prefix && `:${prefix}`}="${namespace}"`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>\n${write(part, prefixes, declared.join(''))}\n`;
}

function write([name, ...content]: Part, prefixes: Readonly<Record<string, string>>, declared = ''): string {
  const [namespace = '', local = ''] = name.split(' ');
  const known = prefixes[namespace];
  const tag = known ? `${known}:${local}` : local;
  const foreign = known === undefined ? ` xmlns="${escaped(namespace)}"` : '';
  if (content.length === 0) return `<${tag}${declared}${foreign}/>`;
  const [first, ...rest] = content;
  const inner =
    first === CDATA
      ? `<![CDATA[${rest.join('')}]]>`
      : content.map((each) => (typeof each === 'string' ? escaped(each) : write(each, prefixes))).join('');
  return `<${tag}${declared}${foreign}>${inner}</${tag}>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
