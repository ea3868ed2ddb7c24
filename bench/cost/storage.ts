import type { Usage } from './bill.ts';
import type { StoredBytes } from './stored-bytes.ts';

const GIGABYTE = 1e9;
const YEAR = 365;

/** A past generation is remembered for the week that it still lives, and for 90 days after it. */
export const DAYS_REMEMBERED = 7 + 90;

/** What DynamoDB adds to every item, and to every entry of an index, when it calculates storage. */
const OVERHEAD = 100;

/** A read that need not be consistent takes half a unit for so many bytes. */
const READ_SIZE = 4096;

/** A row that is kept for a year. Point-in-time recovery backs up what the table holds, and not its index. */
export function kept({ row, indexEntry }: StoredBytes): Usage {
  return {
    storedGigabyteMonths: gigabyteMonths(row, YEAR) + gigabyteMonths(indexEntry, YEAR),
    backedUpGigabyteMonths: gigabyteMonths(row, YEAR),
  };
}

/** What a rotation leaves behind: every comparison reads it. The usual way leaves nothing. */
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
