import * as z from 'zod/mini';
import type { ReconciliationTask } from '../../rooms/fleet/reconcile.ts';
import { RequestRefusedError } from '../../rooms/model/errors.ts';
import { readJson } from '../json.ts';

const counts = z.object({
  rooms: z.int(),
  lost: z.int(),
  orphans: z.int(),
  retired: z.int(),
  strangers: z.int(),
  drifted: z.int(),
  unfinished: z.int(),
  recovered: z.int(),
  held: z.optional(z.literal(true)),
  partial: z.optional(z.literal(true)),
});

const reconciliation = z.object({
  applications: z.optional(z.array(z.string())),
  from: z.optional(
    z.object({
      cursor: z.string(),
      edge: z.optional(z.number()),
      order: z.optional(z.enum(['rises', 'falls'])),
      seenAt: z.number(),
    }),
  ),
  before: z.optional(z.object({ rooms: z.int(), lost: z.int(), orphans: z.int(), held: z.int() })),
  ordered: z.optional(z.array(z.string())),
  unreported: z.optional(
    z.object({ mode: z.enum(['repair', 'report']), applications: z.record(z.string(), counts) }),
  ),
  share: z.optional(z.number()),
  links: z.optional(z.object({ from: z.optional(z.string()) })),
  confirmed: z.optional(z.object({ application: z.string(), findings: z.int(), until: z.iso.datetime() })),
});

/** What a run compares: every application if none is named. */
export interface ReconciliationMessage extends Partial<ReconciliationTask> {
  /** Instead of a comparison: write all links again, from this place in the table on. */
  readonly links?: { readonly from?: string };
}

/**
 * Reads a message of the reconciliations queue. `{}` means every application of the pool, or the message
 * names some. For one application it can confirm what the brake held back, up to a number of findings and a
 * time. With `links` nothing is compared.
 *
 * @throws RequestRefusedError for any other message
 */
export function readReconciliation(body: string): ReconciliationMessage {
  try {
    const { confirmed, ...task } = reconciliation.parse(readJson(body));
    return { ...task, confirmed: confirmed && { ...confirmed, until: Date.parse(confirmed.until) } };
  } catch (cause) {
    throw new RequestRefusedError('body: must be {} or {"applications": [...]} with names of the pool', {
      cause,
    });
  }
}

export function writeReconciliation({ confirmed, ...task }: ReconciliationMessage): string {
  const until = confirmed && new Date(confirmed.until).toISOString();
  return JSON.stringify({ ...task, confirmed: confirmed && { ...confirmed, until } });
}
