import { base32Digest, canonicalJson } from './digest.ts';
import type { Room, RoomAction, RoomRequest, Sequence } from './room.ts';

/**
 * A hold, a rotation by hand and a new link do not change the content of a room. So they neither outdate a request nor
 * are outdated by one.
 */
const STREAM: Partial<Record<RoomAction, Sequence['source']>> = {
  hold: 'hold',
  release: 'hold',
  rotate: 'rotate',
  relink: 'relink',
};

/**
 * The place of a request in the order of its source, as one string. Two requests of one instant have the same order for
 * every order of delivery: a cancellation wins, then the content decides.
 */
export function sequenceOf(request: RoomRequest): Sequence {
  const { action, spec, sequence } = request;
  const source = STREAM[action] ?? sequence.source;
  // a life that was calculated from the time of asking is not content: asking again must not look like another request
  const content = spec?.expiresAt === undefined ? spec : { ...spec, lifetime: undefined };
  const rank = action === 'cancel' ? 1 : 0;
  const digest = base32Digest(canonicalJson({ action, content }), 12);
  return { source, value: `${sequence.value}~${rank}${digest}` };
}

/** Whether the row has seen this very news take effect (`repeated`), or newer news of its source (`outdated`). */
export function standing(room: Room | undefined, sequence: Sequence): 'new' | 'repeated' | 'outdated' {
  const seen = room?.sequences[sequence.source];
  if (seen === undefined || seen < sequence.value) return 'new';
  return seen === sequence.value ? 'repeated' : 'outdated';
}

/** The newest news of each source, with one more. */
export function withSequence(
  sequences: Room['sequences'],
  sequence: Sequence | undefined,
): Room['sequences'] {
  return sequence ? { ...sequences, [sequence.source]: sequence.value } : sequences;
}
