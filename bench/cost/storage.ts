import type { Usage } from './bill.ts';
import type { StoredBytes } from './stored-bytes.ts';

const GIGABYTE = 1e9;
const YEAR = 365;

/** A rotation's traces stay on the row until the next rotation: the life of a room without its last week. */
export const DAYS_REMEMBERED = 90 - 7;

/** The bytes that DynamoDB adds to every item and index entry when it calculates storage. */
const OVERHEAD = 100;

/** An eventually consistent read of this many bytes uses half a unit. */
const READ_SIZE = 4096;

/**
 * A row for a year: its storage, and that a comparison reads it every day. Point-in-time recovery backs up the table,
 * but not its index.
 */
export function kept({ row, indexEntry }: StoredBytes): Usage {
  return {
    readUnits: (YEAR * row) / READ_SIZE / 2,
    storedGigabyteMonths: gigabyteMonths(row, YEAR) + gigabyteMonths(indexEntry, YEAR),
    backedUpGigabyteMonths: gigabyteMonths(row, YEAR),
  };
}

/** The storage of what a row says of earlier rooms, which every comparison reads. */
export function remembered({ previous, past }: Pick<StoredBytes, 'previous' | 'past'>): Usage {
  const stored = gigabyteMonths(previous + past, DAYS_REMEMBERED, 0);
  return {
    storedGigabyteMonths: stored,
    backedUpGigabyteMonths: stored,
    readUnits: (DAYS_REMEMBERED * (previous + past)) / READ_SIZE / 2,
  };
}

function gigabyteMonths(bytes: number, days: number, overhead = OVERHEAD): number {
  return ((bytes + overhead) / GIGABYTE) * (days / YEAR) * 12;
}
