import { isObject, type Json, type JsonObject, type Template } from './template.ts';

/** Resolves the references of a template. */
export interface References {
  /** Returns undefined for a resource that does not exist. */
  ref(logicalId: string): string | undefined;
  attribute(logicalId: string, attribute: string): string | undefined;
  /** Resolves `AWS::Region` and other pseudo parameters. */
  pseudo(name: string): string | undefined;
  /** Values of parameters that have no default, or need another value. */
  parameters: JsonObject;
}

/** Stands for `AWS::NoValue` until the property or element that contains it is dropped. */
const NO_VALUE = Symbol('AWS::NoValue');
type Resolved = Json | typeof NO_VALUE;
type Intrinsic = (argument: Json, resolver: Resolver) => Resolved;

/** Replaces the intrinsic functions of a template with their values. */
export class Resolver {
  readonly template: Template;
  readonly references: References;

  constructor(template: Template, references: References) {
    this.template = template;
    this.references = references;
  }

  /** @throws Error that names a function or a reference that cannot be resolved */
  resolve(value: Json): Json {
    const resolved = this.#resolve(value);
    return resolved === NO_VALUE ? null : resolved;
  }

  /** Whether a named condition is true. Absent: it is. */
  holds(condition: string | undefined): boolean {
    if (condition === undefined) return true;
    const expression = this.template.Conditions?.[condition];
    if (expression === undefined) throw new Error(`the template has no condition named ${condition}`);
    return this.resolve(expression) === true;
  }

  text(value: Json): string {
    const resolved = this.resolve(value);
    if (typeof resolved === 'object') {
      throw new Error(`a text was expected, got ${JSON.stringify(resolved)}`);
    }
    return String(resolved);
  }

  list(value: Json): readonly Json[] {
    const resolved = this.resolve(value);
    if (!Array.isArray(resolved)) throw new Error(`a list was expected, got ${JSON.stringify(resolved)}`);
    return resolved;
  }

  #resolve(value: Json): Resolved {
    if (Array.isArray(value)) {
      return value.map((element) => this.#resolve(element)).filter((element) => element !== NO_VALUE);
    }
    if (!isObject(value)) return value as Json;
    const [name, argument] = onlyEntry(value);
    if (name !== undefined && isFunctionName(name)) {
      const intrinsic = INTRINSICS[name];
      if (!intrinsic) throw new Error(`${name} is not known here; see local/stack/intrinsics.ts`);
      return intrinsic === chosen
        ? this.#resolve(chosen(argument as Json, this))
        : intrinsic(argument as Json, this);
    }
    const entries = Object.entries(value).map(([key, inner]) => [key, this.#resolve(inner)] as const);
    return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== NO_VALUE));
  }
}

function onlyEntry(value: JsonObject): [string, Json] | [undefined, undefined] {
  const entries = Object.entries(value);
  // its length has just been compared
  return entries.length === 1 ? (entries[0] as [string, Json]) : [undefined, undefined];
}

const isFunctionName = (name: string) => name === 'Ref' || name === 'Condition' || name.startsWith('Fn::');

/** `Fn::If`: resolves only the chosen branch, so the other one need not be resolvable. */
const chosen = (argument: Json, resolver: Resolver): Json => {
  const [condition, whenTrue = null, whenFalse = null] = argument as Json[];
  return resolver.holds(condition as string) ? whenTrue : whenFalse;
};

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, resolver) => reference(name as string, resolver),
  Condition: (name, resolver) => resolver.holds(name as string),
  'Fn::If': chosen,
  'Fn::GetAtt': (argument, resolver) => {
    const [logicalId, ...path] = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
    return attribute(logicalId as string, path.join('.'), resolver);
  },
  'Fn::Join': (argument, resolver) => {
    const [separator, parts] = argument as [string, Json];
    return resolver
      .list(parts)
      .map((part) => resolver.text(part))
      .join(separator);
  },
  'Fn::Sub': (argument, resolver) => {
    const [text, variables] =
      typeof argument === 'string' ? [argument, {}] : (argument as [string, JsonObject]);
    return substitute(text, variables, resolver);
  },
  'Fn::Select': (argument, resolver) => {
    const [index, list] = argument as [Json, Json];
    return resolver.list(list)[Number(resolver.text(index))] ?? null;
  },
  'Fn::Split': (argument, resolver) => {
    const [separator, text] = argument as [string, Json];
    return resolver.text(text).split(separator);
  },
  'Fn::FindInMap': (argument, resolver) => {
    // Fn::FindInMap takes three arguments
    const [map, first, second] = (argument as Json[]).map((part) => resolver.text(part)) as [
      string,
      string,
      string,
    ];
    const found = resolver.template.Mappings?.[map]?.[first]?.[second];
    if (found === undefined) throw new Error(`the template has no mapping ${map}.${first}.${second}`);
    return found;
  },
  'Fn::Base64': (text, resolver) => Buffer.from(resolver.text(text)).toString('base64'),
  'Fn::GetAZs': (_region, resolver) => {
    const region = resolver.references.pseudo('AWS::Region');
    return [`${region}a`, `${region}b`];
  },
  'Fn::Equals': (argument, resolver) => {
    const [one, other] = resolver.list(argument);
    return JSON.stringify(one) === JSON.stringify(other);
  },
  'Fn::And': (argument, resolver) => resolver.list(argument).every((part) => part === true),
  'Fn::Or': (argument, resolver) => resolver.list(argument).some((part) => part === true),
  'Fn::Not': (argument, resolver) => resolver.list(argument)[0] !== true,
};

function reference(name: string, resolver: Resolver): Resolved {
  if (name === 'AWS::NoValue') return NO_VALUE;
  const { references, template } = resolver;
  const value =
    references.pseudo(name) ??
    references.parameters[name] ??
    template.Parameters?.[name]?.Default ??
    references.ref(name);
  if (value === undefined) throw new Error(`${name} is neither a resource nor a parameter with a value`);
  return value;
}

function attribute(logicalId: string, name: string, resolver: Resolver): string {
  const value = resolver.references.attribute(logicalId, name);
  if (value === undefined) throw new Error(`there is no resource ${logicalId} to ask for its ${name}`);
  return value;
}

/** Replaces `${Name}`, `${Name.Attribute}` and `${variable}`; `${!literal}` becomes `${literal}`. */
function substitute(text: string, variables: JsonObject, resolver: Resolver): string {
  return text.replace(/\$\{(!?)([^}]+)\}/g, (_match, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const variable = variables[name];
    if (variable !== undefined) return resolver.text(variable);
    const dot = name.indexOf('.');
    return dot > 0
      ? attribute(name.slice(0, dot), name.slice(dot + 1), resolver)
      : resolver.text({ Ref: name });
  });
}
