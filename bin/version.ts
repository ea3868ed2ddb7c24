/** The heading for the changes of the next version until it has a number. */
const UNRELEASED = 'Unreleased';

/**
 * Returns the changelog with a number for the section `Unreleased`.
 *
 * @throws Error if there is nothing to release under this number
 */
export function numbered(changelog: string, version: string): string {
  const named = notesOf(changelog, version);
  const unreleased = notesOf(changelog, UNRELEASED);
  if (named && unreleased) {
    throw new Error(`CHANGELOG.md has "## ${UNRELEASED}" and "## ${version}": give ${version} one section`);
  }
  if (named) return changelog;
  if (unreleased) return changelog.replace(`## ${UNRELEASED}\n`, `## ${version}\n`);
  throw new Error(
    `CHANGELOG.md says nothing of ${version}: write what changed under "## ${UNRELEASED}" or "## ${version}"`,
  );
}

/** Returns the changelog's section of a version, without its heading; empty if there is none. */
export function notesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((each) => each.split('\n', 1)[0]?.trim() === version);
  return section?.slice(section.indexOf('\n')).trim() ?? '';
}

/**
 * Checks that a version may follow another. It must be higher, by Semantic Versioning without pre-releases,
 * or the same if it has no tag yet.
 *
 * @throws Error
 */
export function assertFollows(version: string, current: string, tags: readonly string[]): void {
  const numbers = numbersOf(version);
  if (!numbers) throw new Error(`the version must be three numbers such as 1.2.0, got "${version}"`);
  if (tags.includes(`v${version}`)) {
    throw new Error(`v${version} is a tag already: a version is released once, take the next number`);
  }
  const [before = 0, ...rest] = numbersOf(current) ?? [];
  const order = compare(numbers, [before, ...rest]);
  if (order < 0) throw new Error(`${version} is lower than ${current}, which package.json has`);
}

function numbersOf(version: string): readonly number[] | undefined {
  const [, ...parts] = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(version) ?? [];
  return parts.length === 3 ? parts.map(Number) : undefined;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((each, at) => each !== b[at]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
