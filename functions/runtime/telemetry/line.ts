/**
 * Writes one line of JSON. Not by the console, which Lambda would wrap into a line of its own, the record a text in it
 * that no filter and no metric looks into.
 */
export function writeLine(record: object): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
