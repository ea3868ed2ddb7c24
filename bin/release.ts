import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlesIn, differences, installInto, lendPeers, pack, sha256 } from './packed.ts';
import { assertFollows, notesOf, numbered } from './version.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const RELEASE = join(PROJECT, 'dist', 'release');

const USAGE = `usage:
  npm run release -- version X.Y.Z   writes the version and the changelog; you look at them and commit
  npm run release -- pack            after npm test: packs, installs in a fresh project, compares with what was tested`;

const git = (...args: string[]) => execFileSync('git', args, { cwd: PROJECT, encoding: 'utf8' }).trim();
const read = (file: string) => readFileSync(join(PROJECT, file), 'utf8');
const manifest = () => JSON.parse(read('package.json'));

function writeVersion(version: string): void {
  assertFollows(version, manifest().version, git('tag', '--list', 'v*').split('\n'));
  const changelog = numbered(read('CHANGELOG.md'), version);
  execFileSync('npm', ['version', version, '--no-git-tag-version', '--allow-same-version'], {
    cwd: PROJECT,
    stdio: 'ignore',
  });
  writeFileSync(join(PROJECT, 'CHANGELOG.md'), changelog);
  console.log(`package.json, package-lock.json and CHANGELOG.md have ${version}: look at them and commit,`);
  console.log('then npm ci, npm test, npm run check, and npm run release -- pack');
}

async function packRelease(): Promise<void> {
  const { version } = manifest();
  assertClean();
  const notes = notesOf(read('CHANGELOG.md'), version);
  if (!notes)
    throw new Error(`CHANGELOG.md has no section "## ${version}": run npm run release -- version first`);
  if (!existsSync(join(PROJECT, 'dist', 'functions'))) {
    throw new Error(
      'dist/functions is not there: run npm test first, since what is packed is what was tested',
    );
  }
  const tested = bundlesIn(PROJECT);
  const tarball = await pack(RELEASE);
  const fresh = realpathSync(mkdtempSync(join(tmpdir(), 'release-')));
  try {
    const installed = await installInto(fresh, tarball);
    const different = differences(tested, bundlesIn(installed));
    if (different.length > 0) {
      throw new Error(
        `the package is not what was tested:\n${different.join('\n')}\nrun npm test again, then pack`,
      );
    }
    lendPeers(fresh);
    useIt(fresh, installed);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  const digest = `${sha256(tarball)}  ${basename(tarball)}`;
  writeFileSync(`${tarball}.sha256`, `${digest}\n`);
  writeFileSync(join(RELEASE, 'notes.md'), `${notes}\n`);
  console.log(
    `${version} of ${git('rev-parse', 'HEAD')}: ${tested.size} bundled files are those that were tested`,
  );
  console.log(digest);
  console.log(`dist/release has the tarball, its digest and the notes; tag the commit: git tag v${version}`);
}

function assertClean(): void {
  const changed = git('status', '--porcelain');
  if (changed) throw new Error(`the tree has changes that no commit has; commit them first:\n${changed}`);
}

/** Loads the construct and runs the command from the installed package, as a team does. */
function useIt(fresh: string, installed: string): void {
  const script =
    "const { EvergreenRooms } = await import('evergreen-rooms'); if (!EvergreenRooms) process.exit(1);";
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: fresh });
  const command = join(installed, 'dist', 'npm', 'bin', 'evergreen-rooms.mjs');
  execFileSync(process.execPath, [command, '--help'], { cwd: fresh });
}

if (import.meta.main) {
  const [task, version, ...more] = process.argv.slice(2);
  try {
    if (task === 'version' && version && more.length === 0) writeVersion(version);
    else if (task === 'pack' && version === undefined) await packRelease();
    else throw new Error(USAGE);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
