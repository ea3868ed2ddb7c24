import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** A call as the contract names it, with what was said on both sides. */
export interface Exchange {
  /** Method and path, with `{id}` for a room: `POST /rooms/{id}`. */
  readonly call: string;
  readonly status: number;
  readonly request: unknown;
  readonly answer: unknown;
}

/**
 * The contract of a provider in JSON Schema, written from its documents and neither from the adapter nor from the
 * emulator, so that these two cannot agree on the same mistake.
 *
 * @returns what an exchange breaks, in words; nothing where it keeps the contract
 */
export function contract(provider: string): (exchange: Exchange) => readonly string[] {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  formats.default(ajv);
  const file = new URL(`${provider}.schema.json`, import.meta.url);
  ajv.addSchema(JSON.parse(readFileSync(file, 'utf8')), provider);
  const faults = (name: string, value: unknown): readonly string[] => {
    const validate = ajv.getSchema(`${provider}#/$defs/${encodeURIComponent(name.replaceAll('/', '~1'))}`);
    if (!validate) return [`the contract has no ${name}`];
    return validate(value) ? [] : [`${name}: ${ajv.errorsText(validate.errors)}`];
  };
  return ({ call, status, request, answer }) => [
    ...(request === undefined ? [] : faults(call, request)),
    ...faults(status < 400 ? `${status} ${call}` : 'error', answer),
  ];
}
