import type { Usage } from './bill.ts';
import type { StoredBytes } from './stored-bytes.ts';

const GIGABYTE = 1e9;
const YEAR = 365;

/** A past generation is stored for the week that it still lives, and for 90 days after that. */
export const DAYS_REMEMBERED = 7 + 90;

/** The bytes that DynamoDB adds to every item and index entry when it calculates storage. */
const OVERHEAD = 100;

/** An eventually consistent read of this many bytes uses half a unit. */
const READ_SIZE = 4096;

/** The storage of a row for a year. Point-in-time recovery backs up the table, but not its index. */
export function kept({ row, indexEntry }: StoredBytes): Usage {
  return {
    storedGigabyteMonths: gigabyteMonths(row, YEAR) + gigabyteMonths(indexEntry, YEAR),
    backedUpGigabyteMonths: gigabyteMonths(row, YEAR),
  };
}

/** The storage of a past generation, which every comparison reads. The usual way stores none. */
export function remembered({ generation }: StoredBytes): Usage {
  if (generation === 0) return {};
  return {
    storedGigabyteMonths: gigabyteMonths(generation, DAYS_REMEMBERED),
    backedUpGigabyteMonths: gigabyteMonths(generation, DAYS_REMEMBERED),
    readUnits: (DAYS_REMEMBERED * generation) / READ_SIZE / 2,
  };
}

function gigabyteMonths(bytes: number, days: number): number {
  return ((bytes + OVERHEAD) / GIGABYTE) * (days / YEAR) * 12;
}
