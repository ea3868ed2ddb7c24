import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionNames } from '../../bin/bundle.ts';
import { bundlesIn, type Digests, differences, installInto, lendPeers, pack } from '../../bin/packed.ts';
import type { Resource } from '../support/stacks.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const CONSUMER = fileURLToPath(new URL('../support/consumer/', import.meta.url));
const TSC = join(PROJECT, 'node_modules', '.bin', 'tsc');
const run = promisify(execFile);

let folder: string;
let installed: string;
let brought: string[];
let tested: Digests;

/** A project elsewhere that has the packed tarball and its peers, and nothing else of this repository. */
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'consumer-')));
  cpSync(CONSUMER, folder, { recursive: true });
  tested = bundlesIn(PROJECT);
  installed = await installInto(folder, await pack(folder));
  brought = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
  // Its peers are the team's own; a registry need not be asked for what lies here already.
  lendPeers(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const manifest = () => JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));

describe('the package', () => {
  test('brings nothing along: its peers are all it needs', () => {
    expect(brought).toEqual(['evergreen-rooms']);
    expect(manifest().dependencies).toBeUndefined();
    expect(manifest().optionalDependencies).toBeUndefined();
    expect(Object.keys(manifest().peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
  });

  test('has the functions in it, ready to run', () => {
    const bundles = globSync('dist/functions/*/index.mjs', { cwd: installed }).map(
      (file) => file.split('/')[2],
    );
    expect(bundles.sort()).toEqual(functionNames().sort());
  });

  test('has in it the very bundles that the other tests run', () => {
    expect(tested.size).toBeGreaterThanOrEqual(functionNames().length);
    expect(differences(tested, bundlesIn(installed))).toEqual([]);
  });

  test('has the command of whoever looks after the rooms, and needs nothing for it', async () => {
    const command = join(installed, 'dist', 'npm', 'bin', 'evergreen-rooms.mjs');
    const { stdout } = await run(process.execPath, [command, '--help'], { cwd: folder });
    expect(stdout).toMatch(/^evergreen-rooms COMMAND[\s\S]*\n {2}doctor +checks a deployed stack/);
    const failing = run(process.execPath, [command, 'doctor'], { cwd: folder });
    await expect(failing).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('--stack') });
  });

  test('has no source maps, no sources and no path of the machine that built it', () => {
    const files = globSync('**/*', { cwd: installed, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { parentPath, name } of files) {
      expect(name).not.toMatch(/\.map$|(?<!\.d)\.ts$/);
      expect(readFileSync(join(parentPath, name), 'utf8').includes(PROJECT), join(parentPath, name)).toBe(
        false,
      );
    }
  });

  test('has in it what its documents link to', () => {
    const broken = globSync('**/*.md', { cwd: installed }).flatMap((file) => {
      const prose = readFileSync(join(installed, file), 'utf8').replace(/```[\s\S]*?```|`[^`]*`/g, '');
      return [...prose.matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)]
        .map(([, link = '']) => join(dirname(file), link))
        .filter((target) => !existsSync(join(installed, target)));
    });
    expect(broken).toEqual([]);
  });

  test('has a docblock for every property of its constructs, and a default for every one that may be left out', () => {
    const props = ['settings/props', 'parts/applications'].map((name) => `dist/npm/lib/${name}.d.ts`);
    const optional = props.flatMap((file) => [
      ...readFileSync(join(installed, file), 'utf8').matchAll(
        /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)?\s*readonly (\w+)\?:/g,
      ),
    ]);
    expect(optional.length).toBeGreaterThan(20);
    for (const [, docblock = '', name] of optional) expect(docblock, name).toContain('@default');
  });
});

describe('what the construct exposes', () => {
  test('has a docblock each', () => {
    const declared = readFileSync(join(installed, 'dist/npm/lib/evergreen-rooms.d.ts'), 'utf8');
    const members = [...declared.matchAll(/(\*\/\n)? {4}(?!private|constructor)(?:readonly )?(\w+)[(:]/g)];
    expect(members.length).toBeGreaterThan(30);
    expect(members.filter(([, docblock]) => !docblock).map(([, , name]) => name)).toEqual([]);
  });
});

describe('a team that installs it', () => {
  /** What the compiler says of its stack, and of a file with mistakes beside it. */
  let complaints: readonly string[];
  beforeAll(async () => {
    writeFileSync(join(folder, 'wrong.ts'), WRONG);
    const { stdout } = await run(TSC, ['-p', '.'], { cwd: folder }).catch((error) => error);
    rmSync(join(folder, 'wrong.ts'));
    complaints = stdout.split('\n').filter((line: string) => line.includes('error TS'));
  });

  test('type-checks its stack, with all that it can bring along', () => {
    expect(complaints.filter((complaint) => !complaint.startsWith('wrong.ts('))).toEqual([]);
  });

  test('is told by its types what is wrong', () => {
    expect(complaints).toEqual([
      expect.stringMatching(/^wrong\.ts\(3,\d+\): error TS2\d+/),
      expect.stringMatching(/^wrong\.ts\(6,\d+\): error TS2339: .*'hostUrl'/),
      expect.stringMatching(/^wrong\.ts\(7,\d+\): error TS2322: .*claim_stolen/),
    ]);
  });

  test.each([
    // the library's own rules take most of the time, and say the same of both
    ['app.ts', 7, {}],
    ['app.cjs', 5, { CDK_VALIDATION: 'false' }],
  ])(
    'synthesises its own stack with %s',
    async (app, functions, environment) => {
      const out = join(folder, `out-${app}`);
      const env = { ...process.env, ...environment, CDK_OUTDIR: out };
      await run(process.execPath, [app], { cwd: folder, env });
      const template = JSON.parse(readFileSync(join(out, 'Own.template.json'), 'utf8'));
      const ours = Object.values(template.Resources as Record<string, Resource>).filter(
        ({ Type, Properties }) =>
          Type === 'AWS::Lambda::Function' && Properties.Environment?.Variables.POWERTOOLS_SERVICE_NAME,
      );
      expect(ours).toHaveLength(functions);
      expect(globSync('asset.*/index.mjs', { cwd: out }).length).toBeGreaterThanOrEqual(functions);
    },
    60_000,
  );
});

const WRONG = `import { Stack } from 'aws-cdk-lib';
import { EvergreenRooms } from 'evergreen-rooms';
new EvergreenRooms(new Stack(), 'Rooms', { applications: [{ name: 'no id' }] });

import type { ErrorCode, RoomRotated } from 'evergreen-rooms';
export const host = (event: RoomRotated) => event.detail.room?.hostUrl;
export const code: ErrorCode = 'claim_stolen';
`;
