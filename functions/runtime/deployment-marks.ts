import type { RoomContext } from '../rooms/lifecycle/context.ts';
import { markOf } from '../rooms/model/token.ts';
import type { WorkerEnvironment } from './environment.ts';

/** What the rooms of a deployment carry, and what those of earlier versions carried. */
export function deploymentMarks({
  DEPLOYMENT,
  ORIGIN,
}: Pick<WorkerEnvironment, 'DEPLOYMENT' | 'ORIGIN'>): Pick<RoomContext, 'deployment' | 'formerly'> {
  return { deployment: ORIGIN === undefined ? DEPLOYMENT : markOf(ORIGIN), formerly: DEPLOYMENT };
}
