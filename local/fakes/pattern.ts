import { isObject, type Json, type JsonObject } from '../stack/template.ts';

export type Matcher = (event: JsonObject) => boolean;
/** Matches one value of an event; undefined if the event does not have it. */
type ValueMatcher = (value: Json | undefined) => boolean;
type NodeMatcher = (node: Json | undefined) => boolean;

/**
 * Reads an event pattern of a rule or of the filter of an event source.
 *
 * @throws Error that names an unknown operator, when the pattern is read and not when it is used
 */
export function compilePattern(pattern: JsonObject): Matcher {
  return compileObject(pattern);
}

function compileObject(pattern: JsonObject): NodeMatcher {
  const fields = Object.entries(pattern).map(([name, inner]): NodeMatcher => {
    if (name === '$or') return compileOr(inner);
    const matches = Array.isArray(inner) ? compileValues(inner) : compileInner(name, inner);
    return (node) => matches(isObject(node) ? node[name] : undefined);
  });
  const all: NodeMatcher = (node) => fields.every((matches) => matches(node));
  // of a list of objects, one must match the whole pattern
  return (node) => (Array.isArray(node) ? node.some(all) : all(node));
}

function compileInner(name: string, inner: Json): NodeMatcher {
  if (!isObject(inner)) {
    throw new Error(
      `"${name}" of an event pattern must be a list or an object, got ${JSON.stringify(inner)}`,
    );
  }
  return compileObject(inner);
}

function compileOr(alternatives: Json): NodeMatcher {
  const matchers = asList('$or', alternatives).map((alternative) => compileInner('$or', alternative));
  return (node) => matchers.some((matches) => matches(node));
}

function compileValues(values: readonly Json[]): NodeMatcher {
  const matchers = values.map(compileValue);
  return (node) => {
    const candidates =
      Array.isArray(node) && node.length > 0 ? node : [Array.isArray(node) ? undefined : node];
    return candidates.some((candidate) => matchers.some((matches) => matches(candidate)));
  };
}

function compileValue(expected: Json): ValueMatcher {
  if (!isObject(expected)) return (value) => value === expected;
  const [operator, argument] = Object.entries(expected)[0] ?? ['', null];
  const compile = OPERATORS[operator];
  if (!compile) throw new Error(`"${operator}" is not an operator of event patterns`);
  return compile(argument);
}

const OPERATORS: Readonly<Record<string, (argument: Json) => ValueMatcher>> = {
  prefix: (argument) => edge(argument, (value, part) => value.startsWith(part)),
  suffix: (argument) => edge(argument, (value, part) => value.endsWith(part)),
  'equals-ignore-case': (argument) => {
    const wanted = String(argument).toLowerCase();
    return (value) => typeof value === 'string' && value.toLowerCase() === wanted;
  },
  wildcard: (argument) => {
    const expression = wildcard(String(argument));
    return (value) => typeof value === 'string' && expression.test(value);
  },
  exists: (argument) => (value) => (value !== undefined && !isObject(value)) === (argument === true),
  numeric: (argument) => compileNumeric(asList('numeric', argument)),
  cidr: (argument) => compileCidr(String(argument)),
  'anything-but': (argument) => {
    const refused = compileRefused(argument);
    return (value) => value !== undefined && !refused.some((matches) => matches(value));
  },
};

/** Reads a value, a list of values, or an operator with a value or a list of values. */
function compileRefused(argument: Json): ValueMatcher[] {
  if (!isObject(argument))
    return (Array.isArray(argument) ? argument : [argument]).map((value) => compileValue(value));
  const [operator, inner] = Object.entries(argument)[0] ?? ['', null];
  // a pattern is JSON
  return (Array.isArray(inner) ? inner : [inner]).map((value) => compileValue({ [operator]: value as Json }));
}

/** For `prefix` and `suffix`: a text, or a text that is compared without regard to case. */
function edge(argument: Json, matches: (value: string, part: string) => boolean): ValueMatcher {
  if (!isObject(argument)) return (value) => typeof value === 'string' && matches(value, String(argument));
  const part = String(argument['equals-ignore-case']).toLowerCase();
  return (value) => typeof value === 'string' && matches(value.toLowerCase(), part);
}

/** `*` stands for any text, and `\*` for an asterisk. */
function wildcard(pattern: string): RegExp {
  const parts = pattern.match(/\\[*\\]|\*|[^*\\]+|\\/g) ?? [];
  const source = parts.map((part) => {
    if (part === '*') return '.*';
    return (part.startsWith('\\') && part.length > 1 ? part.slice(1) : part).replace(
      /[.*+?^${}()|[\]\\]/g,
      '\\$&',
    );
  });
  return new RegExp(`^${source.join('')}$`, 's');
}

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function compileNumeric(argument: readonly Json[]): ValueMatcher {
  const tests: ((value: number) => boolean)[] = [];
  for (let i = 0; i < argument.length; i += 2) {
    const compare = COMPARISONS[String(argument[i])];
    const bound = argument[i + 1];
    if (!compare || typeof bound !== 'number') {
      throw new Error(`"numeric" takes pairs of a comparison and a number, got ${JSON.stringify(argument)}`);
    }
    tests.push((value) => compare(value, bound));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function compileCidr(block: string): ValueMatcher {
  const [network = '', bits = '32'] = block.split('/');
  const mask = Number(bits) === 0 ? 0 : (~0 << (32 - Number(bits))) >>> 0;
  const wanted = address(network);
  if (wanted === undefined) throw new Error(`"cidr" takes a block of IPv4 addresses here, got ${block}`);
  return (value) => {
    const given = typeof value === 'string' ? address(value) : undefined;
    return given !== undefined && (given & mask) >>> 0 === (wanted & mask) >>> 0;
  };
}

function address(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((whole, part) => whole * 256 + part, 0);
}

function asList(operator: string, argument: Json): readonly Json[] {
  if (Array.isArray(argument)) return argument;
  throw new Error(`"${operator}" of an event pattern takes a list, got ${JSON.stringify(argument)}`);
}
