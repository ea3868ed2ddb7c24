import type { RoomContext } from '../rooms/lifecycle/context.ts';
import { markOf } from '../rooms/model/token.ts';
import type { WorkerEnvironment } from './environment.ts';

/** What the rooms of a deployment carry, and what they carried before they carried a digest of its origin. */
export function deploymentMarks({
  DEPLOYMENT,
  ORIGIN,
}: Pick<WorkerEnvironment, 'DEPLOYMENT' | 'ORIGIN'>): Pick<RoomContext, 'deployment' | 'formerly'> {
  return ORIGIN === undefined
    ? { deployment: DEPLOYMENT }
    : { deployment: markOf(ORIGIN), formerly: DEPLOYMENT };
}
