import { randomUUID } from 'node:crypto';

/**
 * Translates the query protocol of SQS to and from its JSON protocol. Versions of the AWS CLI before 2.14 and
 * 1.31 use the query protocol: forms in, XML out.
 */

type Json = Record<string, unknown>;

/** The version of the API that a form names; no other service of the query protocol has it. */
export const SQS_VERSION = '2012-11-05';

const NUMBERS = new Set([
  'DelaySeconds',
  'MaxNumberOfMessages',
  'VisibilityTimeout',
  'WaitTimeSeconds',
  'MaxResults',
]);

/** The JSON name of each numbered list in a form. */
const LISTS: Readonly<Record<string, string>> = {
  AttributeName: 'AttributeNames',
  MessageAttributeName: 'MessageAttributeNames',
  MessageSystemAttributeName: 'MessageSystemAttributeNames',
  SendMessageBatchRequestEntry: 'Entries',
  DeleteMessageBatchRequestEntry: 'Entries',
  ChangeMessageVisibilityBatchRequestEntry: 'Entries',
};

/** Numbered pairs of a name and a value. */
const MAPS: Readonly<Record<string, string>> = {
  Attribute: 'Attributes',
  MessageAttribute: 'MessageAttributes',
  MessageSystemAttribute: 'MessageSystemAttributes',
};

/** @param form its fields, without `Action` and `Version` */
export function queryInput(form: Readonly<Record<string, string>>): Json {
  const tree: Json = {};
  for (const [path, value] of Object.entries(form)) {
    const steps = path.split('.');
    // split gives at least one step
    const last = steps.pop() as string;
    let at = tree;
    for (const step of steps) {
      at[step] ??= {};
      // it has just been set
      at = at[step] as Json;
    }
    at[last] = NUMBERS.has(last) ? Number(value) : value;
  }
  return inJson(tree);
}

function inJson(tree: Json): Json {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => {
      // lists and maps are objects in the query protocol
      if (LISTS[name]) return [LISTS[name], Object.values(value as Json).map(nested)];
      if (MAPS[name]) return [MAPS[name], asMap(Object.values(value as Record<string, NamedValue>))];
      return [name, value];
    }),
  );
}

// it was read as JSON
const nested = (entry: unknown) => (typeof entry === 'object' ? inJson(entry as Json) : entry);

interface NamedValue {
  readonly Name: string;
  readonly Value: unknown;
}

const asMap = (pairs: readonly NamedValue[]) =>
  Object.fromEntries(pairs.map(({ Name, Value }) => [Name, Value]));

/** @param output the answer of the JSON protocol */
export function queryAnswer(action: string, output: Json): string {
  const result = Object.entries(output).map(([name, value]) => inXml(name, value, action));
  return (
    `<?xml version="1.0"?><${action}Response xmlns="http://queue.amazonaws.com/doc/${SQS_VERSION}/">` +
    `<${action}Result>${result.join('')}</${action}Result>` +
    `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${action}Response>`
  );
}

export function queryError(code: string, message: string): string {
  return (
    `<?xml version="1.0"?><ErrorResponse xmlns="http://queue.amazonaws.com/doc/${SQS_VERSION}/">` +
    `<Error><Type>Sender</Type>${element('Code', code)}${element('Message', message)}<Detail/></Error>` +
    `<RequestId>${randomUUID()}</RequestId></ErrorResponse>`
  );
}

/** The XML name of the members of a list. */
const MEMBERS: Readonly<Record<string, (action: string) => string>> = {
  Messages: () => 'Message',
  QueueUrls: () => 'QueueUrl',
  Successful: (action) => `${action}ResultEntry`,
  Failed: () => 'BatchResultErrorEntry',
};

function inXml(name: string, value: unknown, action: string): string {
  const member = MEMBERS[name]?.(action);
  // the member's name says that it is a list
  if (member) return (value as unknown[]).map((each) => memberInXml(member, each, action)).join('');
  const [pair] = Object.entries(MAPS).find(([, map]) => map === name) ?? [];
  if (!pair) return element(name, String(value));
  return Object.entries(value as Json)
    .map(([key, inner]) => `<${pair}>${element('Name', key)}<Value>${valueInXml(inner)}</Value></${pair}>`)
    .join('');
}

function memberInXml(member: string, value: unknown, action: string): string {
  if (typeof value !== 'object') return element(member, String(value));
  const inner = Object.entries(value as Json).map(([name, each]) => inXml(name, each, action));
  return `<${member}>${inner.join('')}</${member}>`;
}

const valueInXml = (value: unknown) =>
  typeof value === 'object'
    ? Object.entries(value as Json)
        .map(([name, inner]) => element(name, String(inner)))
        .join('')
    : escaped(String(value));

const element = (name: string, text: string) => `<${name}>${escaped(text)}</${name}>`;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Escapes a text for XML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => ENTITIES[character] as string);
}
