/** A value as DynamoDB's API writes it, without the sets, which no table here has. */
type Attribute =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  /** In base64. */
  | { readonly B: string }
  | { readonly L: readonly Attribute[] }
  | { readonly M: Attributes };

export interface Attributes {
  readonly [name: string]: Attribute;
}

/** Fields that are undefined are left out. */
export function toAttributes(item: Readonly<Record<string, unknown>>): Attributes {
  const attributes: Record<string, Attribute> = {};
  for (const [name, value] of Object.entries(item)) {
    if (value !== undefined) attributes[name] = toAttribute(value);
  }
  return attributes;
}

/** @throws TypeError if DynamoDB has no such value */
function toAttribute(value: unknown): Attribute {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number' && Number.isFinite(value)) return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { L: value.filter((each) => each !== undefined).map(toAttribute) };
  if (isPlain(value)) return { M: toAttributes(value) };
  throw new TypeError(
    `DynamoDB has no attribute for ${String(value)}: write text, a number or a plain object`,
  );
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function fromAttributes(attributes: Attributes): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  for (const [name, attribute] of Object.entries(attributes)) item[name] = fromAttribute(attribute);
  return item;
}

/** @throws TypeError for a set */
function fromAttribute(attribute: Attribute): unknown {
  if ('S' in attribute) return attribute.S;
  if ('N' in attribute) return Number(attribute.N);
  if ('BOOL' in attribute) return attribute.BOOL;
  if ('M' in attribute) return fromAttributes(attribute.M);
  if ('L' in attribute) return attribute.L.map(fromAttribute);
  if ('NULL' in attribute) return null;
  if ('B' in attribute) return Buffer.from(attribute.B, 'base64');
  throw new TypeError(`an attribute is a ${Object.keys(attribute)[0]}, which this project does not write`);
}
