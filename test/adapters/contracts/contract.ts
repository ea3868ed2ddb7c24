import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Exchange } from '../../../emulators/http/taps.ts';

const FORM = 'application/x-www-form-urlencoded';

/** What each schema says of a value. */
type Faults = (names: readonly string[], value: unknown) => readonly string[];

const known = new Map<string, Faults>();

/** The contract of a provider in JSON Schema. The first of the names that it has is the one that counts. */
function schemaOf(provider: string): Faults {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
  formats.default(ajv);
  const file = new URL(`${provider}.schema.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(file, 'utf8'));
  ajv.addSchema(schema, provider);
  return (names, value) => {
    const name = names.find((candidate) => Object.hasOwn(schema.$defs, candidate));
    if (name === undefined) return [`the contract has no ${names[0]}`];
    const pointer = encodeURIComponent(name.replaceAll('/', '~1'));
    const validate = ajv.getSchema(`${provider}#/$defs/${pointer}`);
    return validate?.(value) ? [] : [`${name}: ${told(validate?.errors ?? [])}`];
  };
}

/** The first faults, each with its place and the member that is too many. */
function told(errors: readonly ErrorObject[]): string {
  return errors
    .slice(0, 3)
    .map(({ instancePath, message, params }) =>
      [instancePath, message, params.additionalProperty].filter(Boolean).join(' '),
    )
    .join(', ');
}

/**
 * The contract of a provider, written from its documents and neither from the adapter nor from the emulator, so that
 * these two cannot agree on the same mistake.
 *
 * @param provider the name of a file in this folder
 * @returns what an exchange breaks, in words; nothing where it keeps the contract. An answer that a fault was given by
 *   the test is the test's own.
 */
export function contract(provider: string): (exchange: Exchange) => readonly string[] {
  const faults = known.get(provider) ?? schemaOf(provider);
  known.set(provider, faults);
  return ({ request, handled, sent, fault }) => {
    const call = `${request.method} ${request.path.replace(/^(\/\w+\/).+$/, '$1{id}')}`;
    const isForm = request.headers['content-type'] === FORM;
    const body = isForm ? Object.fromEntries(new URLSearchParams(request.text)) : request.json();
    const query = Object.fromEntries(request.query);
    const asked = [
      ...(body === undefined ? [] : faults([call], body)),
      ...(body === undefined || isForm || request.headers['content-type'] === 'application/json'
        ? []
        : [`${call} has a body that is not called JSON`]),
      ...(Object.keys(query).length === 0 ? [] : faults([`${call}?`], query)),
    ];
    const replies = [handled, fault && 'body' in fault ? undefined : sent];
    const answers = [...new Set(replies)].flatMap((reply) => {
      if (!reply) return [];
      const { status } = reply;
      const names = status < 400 ? [`${status} ${call}`] : [String(status), 'error'];
      // as it is on the wire: without members that are undefined
      return faults(names, JSON.parse(JSON.stringify(reply.body ?? null)));
    });
    return [...asked, ...answers];
  };
}
