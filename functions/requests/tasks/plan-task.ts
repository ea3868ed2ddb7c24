import * as z from 'zod/mini';
import type { PlanTask } from '../../rooms/fleet/plan.ts';
import { RequestRefusedError } from '../../rooms/model/errors.ts';
import { readJson } from '../json.ts';

const planTask = z.object({
  before: z.optional(z.iso.datetime()),
  shards: z.optional(z.array(z.object({ shard: z.int(), cursor: z.optional(z.string()) }))),
  nominated: z.optional(z.record(z.string(), z.int())),
});

/**
 * Reads a message of the plans queue: `{}` is a whole run, and any other task is the rest of an earlier run.
 *
 * @throws RequestRefusedError if it is neither
 */
export function readPlanTask(body: string): PlanTask {
  try {
    const { before, ...task } = planTask.parse(readJson(body));
    return { ...task, before: before === undefined ? undefined : Date.parse(before) };
  } catch (cause) {
    throw new RequestRefusedError('body: must be {} to plan the rotation of all rooms that are due', {
      cause,
    });
  }
}

export function writePlanTask({ before, ...task }: PlanTask): string {
  return JSON.stringify({
    ...task,
    before: before === undefined ? undefined : new Date(before).toISOString(),
  });
}
