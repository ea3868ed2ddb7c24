import * as z from 'zod/mini';
import { RequestRefusedError } from '../../rooms/model/errors.ts';
import { readJson } from '../json.ts';

const reconciliation = z.object({ applications: z.optional(z.array(z.string())) });

/**
 * What a message of the reconciliations queue asks for: `{}` for every application of the pool, or some by name.
 *
 * @throws RequestRefusedError where it is neither
 */
export function readReconciliation(body: string): { readonly applications?: readonly string[] } {
  try {
    return reconciliation.parse(readJson(body));
  } catch (cause) {
    throw new RequestRefusedError('body: must be {} or {"applications": [...]} with names of the pool', {
      cause,
    });
  }
}
