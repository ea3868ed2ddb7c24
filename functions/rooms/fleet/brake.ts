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

type Part = Pick<Inventory, 'rows' | 'ours'> & {
  readonly report: Pick<ApplicationReport, 'lost' | 'orphans'>;
};

interface BrakeState {
  readonly share: number;
  readonly confirmed: Confirmation | undefined;
  readonly held: boolean;
  /** What earlier parts of the list have shown. */
  readonly before: { readonly rooms: number; readonly findings: number };
  readonly now: Instant;
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
 * @param held whether an earlier part of the list was held: then the others are, however little is wrong with them
 */
export function mustHold(
  { report, rows, ours }: Part,
  { share, confirmed, held, before, now }: BrakeState,
): boolean {
  const findings = findingsOf(report);
  const rooms = Math.max(rows, ours);
  // a list in many small parts has no more of them than one in a single part
  const left = Math.max(HARMLESS, share * (before.rooms + rooms)) - before.findings;
  const harmless = held ? 0 : Math.max(Math.min(HARMLESS, left), share * rooms);
  if (share >= 1 || findings <= harmless) return false;
  return !confirmed || now >= confirmed.until || findings > confirmed.findings;
}
