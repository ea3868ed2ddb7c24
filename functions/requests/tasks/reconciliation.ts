import * as z from 'zod/mini';
import type { Confirmation } from '../../rooms/fleet/brake.ts';
import { RequestRefusedError } from '../../rooms/model/errors.ts';
import { readJson } from '../json.ts';

const reconciliation = z.object({
  applications: z.optional(z.array(z.string())),
  confirmed: z.optional(z.object({ application: z.string(), findings: z.int(), until: z.iso.datetime() })),
});

/** What a run looks at, and what a person has confirmed. */
export interface ReconciliationTask {
  readonly applications?: readonly string[];
  readonly confirmed?: Confirmation;
}

/**
 * What a message of the reconciliations queue asks for: `{}` for every application of the pool, or some by name. What the
 * brake held back is confirmed for one application, up to a number of findings and a time.
 *
 * @throws RequestRefusedError where it is neither
 */
export function readReconciliation(body: string): ReconciliationTask {
  try {
    const { applications, confirmed } = reconciliation.parse(readJson(body));
    return { applications, confirmed: confirmed && { ...confirmed, until: Date.parse(confirmed.until) } };
  } catch (cause) {
    throw new RequestRefusedError('body: must be {} or {"applications": [...]} with names of the pool', {
      cause,
    });
  }
}

export function writeReconciliation({ applications, confirmed }: ReconciliationTask): string {
  const until = confirmed && new Date(confirmed.until).toISOString();
  return JSON.stringify({ applications, confirmed: confirmed && { ...confirmed, until } });
}
