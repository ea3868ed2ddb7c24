import { type EmulatorRequest, UnreadableBodyError } from '../http/requests.ts';
import { type Switches, TEXTS } from './choices.ts';
import { invalidRequest, unreadableJson } from './errors.ts';
import type { Config } from './properties.ts';

/**
 * Reads the body of a call.
 *
 * @param fields the allowed fields
 * @throws Refusal
 */
export function readBody(request: EmulatorRequest, fields: readonly string[], switches: Switches): Config {
  const body = parsed(request) ?? {};
  if (typeof body !== 'object' || Array.isArray(body)) throw invalidRequest('the body should be an object');
  const unknown = Object.keys(body).find((field) => !fields.includes(field));
  if (unknown && switches.unknownFields === 'refuse') throw invalidRequest(TEXTS.unknownField(unknown));
  // each of its fields has been checked
  return body as Config;
}

function parsed(request: EmulatorRequest): unknown {
  try {
    return request.json();
  } catch (error) {
    if (error instanceof UnreadableBodyError) throw unreadableJson(error.message);
    throw error;
  }
}

/** @throws Refusal */
export function checkName(name: unknown): void {
  if (typeof name !== 'string' || name === '')
    throw invalidRequest(TEXTS.wrongType('name', name, 'a string'));
  if (/[^A-Za-z0-9_-]/.test(name)) {
    throw invalidRequest(
      `${name} contains invalid characters (room names can contain A-Z, a-z, 0-9, '-', and '_')`,
    );
  }
  if (name.length > 128) throw invalidRequest(TEXTS.nameTooLong(name.length));
}

/** @throws Refusal */
export function readPrivacy(privacy: unknown): string | undefined {
  if (privacy === undefined) return undefined;
  if (privacy === 'public' || privacy === 'private') return privacy;
  throw invalidRequest(TEXTS.wrongType('privacy', privacy, 'public or private'));
}
