import { base32Digest, canonicalJson } from './digest.ts';
import type { Room, RoomAction, RoomRequest, Sequence } from './room.ts';

/**
 * A hold, a rotation by hand and a new link do not change the content of a room. So they do not make a
 * request outdated, and a request does not make them outdated.
 */
const STREAM: Partial<Record<RoomAction, Sequence['source']>> = {
  hold: 'hold',
  release: 'hold',
  rotate: 'rotate',
  relink: 'relink',
};

/** Returns the source that the sequence of a request to the queue has. */
export const sourceOf = (action: RoomAction): Sequence['source'] => STREAM[action] ?? 'request';

/**
 * Returns the place of a request in the order of its source, as one string. Two requests of one instant have
 * the same order in every order of delivery: a cancellation wins, then the content decides.
 */
export function sequenceOf(request: RoomRequest): Sequence {
  const { action, spec, sequence } = request;
  const source = STREAM[action] ?? sequence.source;
  // a lifetime that is calculated from the time of the request is not content: a repeated request must not
  // look like another one
  const content = spec?.expiresAt === undefined ? spec : { ...spec, lifetime: undefined };
  const rank = action === 'cancel' ? 1 : 0;
  const digest = base32Digest(canonicalJson({ action, content }), 12);
  return { source, value: `${sequence.value}~${rank}${digest}` };
}

/**
 * Whether the row has seen this request or update take effect (`repeated`), or a newer one of its source
 * (`outdated`).
 */
export function standing(room: Room | undefined, sequence: Sequence): 'new' | 'repeated' | 'outdated' {
  const seen = room?.sequences[sequence.source];
  if (seen === undefined || seen < sequence.value) return 'new';
  return seen === sequence.value ? 'repeated' : 'outdated';
}

/** Returns the newest sequence of each source, with one more. */
export function withSequence(
  sequences: Room['sequences'],
  sequence: Sequence | undefined,
): Room['sequences'] {
  return sequence ? { ...sequences, [sequence.source]: sequence.value } : sequences;
}
