import { parseXml, XmlElement } from '@rgrove/parse-xml';

/** What a server says of one resource. */
export interface DavResponse {
  readonly href: string;
  /** Of the resource as a whole, where it has one. */
  readonly status?: number;
  /** The texts of the properties that it has, by `DAV: getetag`. */
  readonly properties: ReadonlyMap<string, string>;
}

export interface Multistatus {
  readonly responses: readonly DavResponse[];
  readonly syncToken?: string;
}

/** The answer is no multistatus, or not a whole one. What is in it is in no error, since people wrote it. */
export class UnreadableXmlError extends Error {}

/**
 * Reads a multistatus (RFC 4918, 13). XML that is not whole is refused. Entities of a document type stand for nothing,
 * and are refused as well.
 *
 * @throws UnreadableXmlError
 */
export function readMultistatus(xml: string): Multistatus {
  const root = rootOf(xml);
  if (root.name !== 'DAV: multistatus') throw new UnreadableXmlError('no multistatus');
  const responses = childrenOf(root, 'DAV: response').flatMap(responsesOf);
  const syncToken = textOf(root, 'DAV: sync-token');
  return { responses, ...(syncToken && { syncToken }) };
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An element with the name that its namespace gives it. */
interface Named {
  readonly name: string;
  readonly element: XmlElement;
  readonly namespaces: Readonly<Record<string, string>>;
}

function rootOf(xml: string): Named {
  try {
    const { root } = parseXml(xml.trimStart());
    if (root) return named(root, {});
  } catch {
    // neither the parser's error, which quotes the text, nor one of too deep a nesting
  }
  throw new UnreadableXmlError('no well-formed XML');
}

function named(element: XmlElement, outer: Readonly<Record<string, string>>): Named {
  const declared = Object.entries(element.attributes)
    .filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'))
    .map(([name, value]) => [name.slice('xmlns:'.length), value]);
  const namespaces = declared.length > 0 ? { ...outer, ...Object.fromEntries(declared) } : outer;
  const [local = '', prefix = ''] = element.name.split(':').reverse();
  return { name: `${namespaces[prefix] ?? ''} ${local}`, element, namespaces };
}

function childrenOf({ element, namespaces }: Named, name?: string): Named[] {
  const all = element.children
    .filter((child): child is XmlElement => child instanceof XmlElement)
    .map((child) => named(child, namespaces));
  return name === undefined ? all : all.filter((child) => child.name === name);
}

function textOf(parent: Named, name: string): string | undefined {
  return childrenOf(parent, name)[0]?.element.text.trim();
}

/** A response has one resource, or several with one status. */
function responsesOf(response: Named): DavResponse[] {
  const status = statusOf(response);
  const found = childrenOf(response, 'DAV: propstat').filter((propstat) => isSuccess(statusOf(propstat)));
  const properties = found
    .flatMap((propstat) => childrenOf(propstat, 'DAV: prop'))
    .flatMap((prop) => childrenOf(prop))
    .map(({ name, element }) => [name, element.text] as const);
  return childrenOf(response, 'DAV: href').map(({ element }) => ({
    href: element.text.trim(),
    ...(status !== undefined && { status }),
    properties: new Map(properties),
  }));
}

/** A propstat without a status is one of what was found. */
const isSuccess = (status = 200) => status >= 200 && status < 300;

/** Of `HTTP/1.1 404 Not Found`. */
function statusOf(element: Named): number | undefined {
  const [, status] = /^HTTP\/\S+\s+(\d{3})/i.exec(textOf(element, 'DAV: status') ?? '') ?? [];
  return status === undefined ? undefined : Number(status);
}
