import type { Instant } from '../model/time.ts';
import type { ApplicationReport, Inventory } from './inventory.ts';

/** A person's consent to the changes that a run held back. */
export interface Confirmation {
  readonly application: string;
  /** The number of lost rooms and orphans that was reported. A run that finds more is held again. */
  readonly findings: number;
  /** The confirmation is void from this time on. */
  readonly until: Instant;
}

type Part = Pick<Inventory, 'rows' | 'ours'> & {
  readonly report: Pick<ApplicationReport, 'lost' | 'orphans'>;
};

interface BrakeState {
  readonly share: number;
  readonly confirmed: Confirmation | undefined;
  readonly held: boolean;
  /** The counts of the earlier parts of the list. */
  readonly before: { readonly rooms: number; readonly findings: number };
  readonly now: Instant;
}

/**
 * If a larger share of an application's rooms is lost or orphaned, a run changes nothing in the application.
 */
export const DEFAULT_BRAKE = 0.05;

/** This many findings are never held back, even if the application has few rooms. */
const HARMLESS = 10;

/** Returns the number of findings that a person must confirm. */
export function findingsOf({ lost, orphans }: Pick<ApplicationReport, 'lost' | 'orphans'>): number {
  return lost + orphans;
}

/**
 * Whether a run must change nothing in an application. If too many rooms are lost or orphaned, the table
 * (emptied, restored) or the list (key of another account, provider fault) is more likely to be wrong than
 * the rooms.
 *
 * @param share of the rooms that the table, or the list, has; 1 releases the brake
 * @param held whether an earlier part of the list was held: then all later parts are held too, even with few
 * findings
 */
export function mustHold(
  { report, rows, ours }: Part,
  { share, confirmed, held, before, now }: BrakeState,
): boolean {
  const findings = findingsOf(report);
  const rooms = Math.max(rows, ours);
  // a list in many small parts may have no more of them than a list in one part
  const left = Math.max(HARMLESS, share * (before.rooms + rooms)) - before.findings;
  const harmless = held ? 0 : Math.max(Math.min(HARMLESS, left), share * rooms);
  if (share >= 1 || findings <= harmless) return false;
  return !confirmed || now >= confirmed.until || findings > confirmed.findings;
}
