/**
 * Writes one line of JSON. The console is not used: Lambda would wrap its output into another line, with the
 * record as text that no filter and no metric reads.
 */
export function writeLine(record: object): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
