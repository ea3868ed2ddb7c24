import type { Instant } from '../model/time.ts';
import type { ApplicationReport, Inventory } from './inventory.ts';

/** A person's consent to what a run held back. */
export interface Confirmation {
  readonly application: string;
  /** How many lost rooms and orphans were reported: a run that finds more still holds back. */
  readonly findings: number;
  /** The confirmation is void from here on. */
  readonly until: Instant;
}

/** The share of the rooms of one application that may be lost or orphaned before a run leaves the application alone. */
export const DEFAULT_BRAKE = 0.05;

/** So many are never held back, however few rooms the application has. */
const HARMLESS = 10;

/** What a person is asked to confirm. */
export function findingsOf({ lost, orphans }: Pick<ApplicationReport, 'lost' | 'orphans'>): number {
  return lost + orphans;
}

/**
 * Whether a run must change nothing in an application. So many rooms are lost or orphaned that the table (emptied,
 * restored) or the list (the key of another account, a fault of the provider) is more likely to be wrong than the rooms.
 *
 * @param share of the rooms that the table, or the list, has; 1 releases the brake
 */
export function mustHold(
  { report, rows, ours }: Inventory,
  share: number,
  confirmed: Confirmation | undefined,
  now: Instant,
): boolean {
  const findings = findingsOf(report);
  if (share >= 1 || findings <= Math.max(HARMLESS, share * Math.max(rows, ours))) return false;
  return !confirmed || now >= confirmed.until || findings > confirmed.findings;
}
