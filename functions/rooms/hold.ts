import { limitationsOf } from './candidates.ts';
import { RequestRefusedError } from './errors.ts';
import { finishRoom } from './finish.ts';
import type { Keeping } from './keeping.ts';
import { scheduled } from './record.ts';
import { alreadySeen, type Result } from './result.ts';
import type { Room, RoomRequest } from './room.ts';
import { sequenceOf, withSequence } from './sequence.ts';
import { onKey } from './settle.ts';

/** Pauses the rotation of a room until it is released. Its link dies at its expiry if nobody releases it. */
export async function holdRoom(request: RoomRequest, keeping: Keeping): Promise<Result> {
  return setHold(request, { from: 'active', to: 'held', outcome: 'held' }, keeping);
}

export async function releaseRoom(request: RoomRequest, keeping: Keeping): Promise<Result> {
  return setHold(request, { from: 'held', to: 'active', outcome: 'released' }, keeping);
}

interface Step {
  readonly from: Room['state'];
  readonly to: Room['state'];
  readonly outcome: 'held' | 'released';
}

async function setHold(request: RoomRequest, step: Step, keeping: Keeping): Promise<Result> {
  const sequence = sequenceOf(request);
  return onKey(request.key, keeping, async (found) => {
    if (!found) throw unknownRoom(request);
    const room = await finishRoom(found, keeping);
    const known = alreadySeen(room, sequence);
    if (known) return known;
    const { spec, state } = room;
    const moved: Room =
      spec && state === step.from
        ? scheduled({ ...room, state: step.to }, spec, keeping.renewal, limitationsOf(room, keeping))
        : room;
    const sequences = withSequence(room.sequences, sequence);
    const written = await keeping.rooms.write({ ...moved, sequences, updatedAt: keeping.now() });
    return { outcome: moved === room ? 'unchanged' : step.outcome, room: written };
  });
}

export function unknownRoom({ key, action }: RoomRequest): RequestRefusedError {
  return new RequestRefusedError(`key: no room ${key} was ever asked for, so there is nothing to ${action}`);
}
