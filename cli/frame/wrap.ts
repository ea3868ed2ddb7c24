/**
 * Breaks a line at spaces, so that it fits the terminal. A word that is too long, such as a link, stays whole: it
 * can be copied.
 *
 * @param indent spaces before each further line
 */
export function wrapped(line: string, width: number, indent: number): string[] {
  if (line.length <= width) return [line];
  const before = line.lastIndexOf(' ', width);
  const space = before > indent ? before : line.indexOf(' ', Math.max(width, indent + 1));
  if (space === -1) return [line];
  const rest = `${' '.repeat(indent)}${line.slice(space).trimStart()}`;
  return [line.slice(0, space).trimEnd(), ...wrapped(rest, width, indent)];
}
