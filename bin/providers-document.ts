import { FIELDS, type FieldSupport } from '../functions/adapters/provider/fields.ts';
import { PROVIDERS } from '../functions/adapters/providers.ts';
import type { Capabilities } from '../functions/rooms/model/ports.ts';
import { DAY, type Duration, HOUR, MINUTE } from '../functions/rooms/model/time.ts';

const KINDS = Object.entries(PROVIDERS);

/** Returns what each provider can do, and how it supports each field, as the adapters declare it. */
export function providersDocument(): string {
  return `# Providers

An entry of the pool names its provider. This page is generated from the adapters (\`npm run docs\`).

## What a provider can do

${table(Object.entries(CAPABILITIES).map(([label, show]) => [label, ...KINDS.map(([, { capabilities }]) => show(capabilities))]))}

## Support for each field of a request

*Native*: the provider gives it. *Approximated*: it gives something close. *Impossible*: it gives nothing of the kind.
If a caller sets a field and does not get it, the row and the event have a warning. With \`"strict": true\` in the request, the
request is refused instead. Values in brackets are supported in full and cause no warning.

${table([...FIELDS.map((field) => [`\`${field}\``, ...KINDS.map(([, { fields }]) => cell(fields[field]))]), RENEWAL])}

${HOW_TO_ADD}
`;
}

const HOW_TO_ADD = `## Add a provider

[Contributing](../CONTRIBUTING.md#a-provider) lists the files, one row for each. This order works:

1. Write the contract in JSON Schema, in \`test/adapters/contracts\`, from the provider's documents alone.
2. Write the emulator from the contract, with a switch for each answer that no document gives. \`npm run emulate -- NAME\`
   starts it.
3. Write the adapter. \`capabilities\` and \`fields\` say what the provider supports; no other part of the code knows its name.
4. Add the line to \`functions/adapters/providers.ts\`. \`npm run types\` names the files that lack the provider.
5. Write the harness of the contract suite, and run it with each position of each switch: \`npx vitest run test/adapters/NAME\`.
   A provider that passes is complete.
6. See it: \`npm start -- --provider NAME\`.
7. Break it: \`npm run crashes\`, \`npm run year\`, and \`npm run chaos -- --provider NAME\`.
8. Write this page and the API report again with \`npm run docs\`, and run \`npm test\`: it names the documents that lack the
   provider.`;

/** Not a setting of a room, so no adapter has it among its fields: the domain decides by the capability. */
const RENEWAL = [
  '`renewal.mode`',
  ...KINDS.map(([, { capabilities }]) =>
    capabilities.movableExpiry
      ? 'native'
      : 'impossible (`recreate`, `none`): `extend` is a new room with a new link each time',
  ),
];

const CAPABILITIES: Readonly<Record<string, (capabilities: Capabilities) => string>> = {
  'shortest life': ({ shortestLife }) => inWords(shortestLife),
  'longest life': ({ longestLife }) => inWords(longestLife),
  'expiry of a living room': ({ movableExpiry }) =>
    movableExpiry ? 'can be moved, the link stays' : 'is fixed: each renewal is a new room with a new link',
  'a room without an end': ({ livesByUse }) =>
    livesByUse === undefined
      ? 'is renewed like any other'
      : `lives on for ${inWords(livesByUse)} after each use that is seen, the link stays`,
  'changes of a living room': ({ changeable }) => changeable.map((name) => `\`${name}\``).join(', '),
  'a room that is retired ends': ({ retires, shortestLife }) =>
    retires === 'at-once' ? 'immediately' : `after ${inWords(shortestLife)}`,
  'a room past its expiry': ({ grace }) =>
    grace === 0 ? 'cannot be entered' : `can be entered for another ${inWords(grace)}`,
  'creating twice under one token': ({ idempotentCreate }) => (idempotentCreate ? 'one room' : 'two rooms'),
  'looking for a token': ({ findable }) => (findable === 'by-token' ? 'one call' : 'reads the list'),
  'news of meetings, with `callbacks`': ({ news }) =>
    news === 'by-key'
      ? 'at an address of each room'
      : news === 'by-room'
        ? 'by a webhook of the account'
        : 'none',
  'host link': ({ hostLink }) =>
    hostLink === 'short-lived'
      ? 'given when asked for, short-lived'
      : 'given when asked for, good as long as the room',
  'rooms a minute, at most': ({ creationsPerMinute }) => String(creationsPerMinute ?? 'not known'),
};

function table(rows: readonly (readonly string[])[]): string {
  const head = ['', ...KINDS.map(([name, { title }]) => `${title} (\`${name}\`)`)];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell({ support, how, given, silent }: FieldSupport): string {
  const values = given ? ` (${given.map((value) => `\`${value}\``).join(', ')})` : '';
  const rest = support === 'native' && given ? '; else impossible' : '';
  return `${support}${silent ? ', without a warning' : ''}${values}${rest}${how ? `: ${how}` : ''}`;
}

const UNITS: readonly (readonly [Duration, string])[] = [
  [365 * DAY, 'year'],
  [DAY, 'day'],
  [HOUR, 'hour'],
  [MINUTE, 'minute'],
];

/** Rounds to the largest fitting unit, so that a margin for the clocks does not show. */
function inWords(duration: Duration): string {
  const [size, name] = UNITS.find(([unit]) => duration >= unit - MINUTE) ?? [MINUTE, 'minute'];
  const count = Math.round(duration / size);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
