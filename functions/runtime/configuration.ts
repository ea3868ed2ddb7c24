import type { ApplicationEntry, WebhookVariable } from './environment.ts';

/**
 * The only reader of `process.env`. It reports all missing variables together, so that a deployment does not
 * fail once for each.
 */
export function readEnvironment<E extends object>(
  names: readonly (keyof E & string)[],
  optional: readonly (keyof E & string)[] = [],
): E {
  const missing = names.filter((name) => process.env[name] === undefined);
  if (missing.length > 0) {
    throw new Error(
      `the function's environment lacks ${missing.join(', ')}: deploy the stack again, or set what its construct sets`,
    );
  }
  // all required variables are present, but TypeScript cannot derive that from the names
  return Object.fromEntries([...names, ...optional].map((name) => [name, process.env[name]])) as E;
}

/** Reads a variable that is a number: of seconds, days or pieces, as its name says. */
export function numberIn(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`the environment variable ${name} must be a number of zero or more, got "${text}"`);
}

export function readApplications(text: string): readonly ApplicationEntry[] {
  const entries: unknown = JSON.parse(text);
  // the construct checks each entry before it writes it
  if (Array.isArray(entries) && entries.length > 0) return entries as ApplicationEntry[];
  throw new Error('the environment variable APPLICATIONS must be a JSON array of at least one application');
}

export function readWebhooks(text = '[]'): readonly WebhookVariable[] {
  return JSON.parse(text);
}
