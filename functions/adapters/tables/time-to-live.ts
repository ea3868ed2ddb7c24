import { type Instant, SECOND } from '../../rooms/model/time.ts';

/** Returns the attribute by which DynamoDB deletes an item: in whole seconds. */
export function timeToLive(instant: Instant): number {
  return Math.ceil(instant / SECOND);
}
