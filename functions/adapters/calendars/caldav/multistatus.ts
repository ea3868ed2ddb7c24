import { parseXml, XmlElement } from '@rgrove/parse-xml';

/** A server's answer about one resource. */
export interface DavResponse {
  readonly href: string;
  /** The status of the whole resource, if there is one. */
  readonly status?: number;
  /** The texts of its properties, by names such as `DAV: getetag`. */
  readonly properties: ReadonlyMap<string, string>;
  /** The names of the user's privileges, if the answer has them. */
  readonly privileges?: readonly string[];
}

export interface Multistatus {
  readonly responses: readonly DavResponse[];
  readonly syncToken?: string;
}

/** The answer is not a complete multistatus. Errors do not contain its text, because people wrote it. */
export class UnreadableXmlError extends Error {}

/**
 * Reads a multistatus (RFC 4918, 13). Incomplete XML and entities of a document type are refused.
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

/** An element with its name and namespace. */
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
    // ignore the parser's error, which quotes the text, and one of too deep nesting
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
  const all = found
    .flatMap((propstat) => childrenOf(propstat, 'DAV: prop'))
    .flatMap((prop) => childrenOf(prop));
  const properties = all.map(({ name, element }) => [name, element.text] as const);
  const privileges = all.find(({ name }) => name === 'DAV: current-user-privilege-set');
  return childrenOf(response, 'DAV: href').map(({ element }) => ({
    href: element.text.trim(),
    ...(status !== undefined && { status }),
    properties: new Map(properties),
    ...(privileges && { privileges: privilegesIn(privileges) }),
  }));
}

function privilegesIn(set: Named): readonly string[] {
  return childrenOf(set, 'DAV: privilege').flatMap((privilege) =>
    childrenOf(privilege).map(({ name }) => name),
  );
}

/** A propstat without a status is successful. */
const isSuccess = (status = 200) => status >= 200 && status < 300;

/** Reads the number of a status line such as `HTTP/1.1 404 Not Found`. */
function statusOf(element: Named): number | undefined {
  const [, status] = /^HTTP\/\S+\s+(\d{3})/i.exec(textOf(element, 'DAV: status') ?? '') ?? [];
  return status === undefined ? undefined : Number(status);
}
