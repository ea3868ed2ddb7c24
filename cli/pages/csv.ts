/** Returns a line of CSV (RFC 4180). */
export function csvLine(cells: readonly (string | number | boolean | undefined)[]): string {
  return cells.map((cell) => quoted(cell === undefined ? '' : String(cell))).join(',');
}

function quoted(cell: string): string {
  // a spreadsheet executes a cell that begins like this
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
