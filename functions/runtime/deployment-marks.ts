import type { RoomContext } from '../rooms/lifecycle/context.ts';
import { markOf } from '../rooms/model/token.ts';
import type { WorkerEnvironment } from './environment.ts';

/** Returns the marks that identify a deployment's rooms, in this version and in earlier ones. */
export function deploymentMarks({
  DEPLOYMENT,
  ORIGIN,
}: Pick<WorkerEnvironment, 'DEPLOYMENT' | 'ORIGIN'>): Pick<RoomContext, 'deployment' | 'formerly'> {
  return { deployment: ORIGIN === undefined ? DEPLOYMENT : markOf(ORIGIN), formerly: DEPLOYMENT };
}
