import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Template } from './template.ts';

/** A stack of a cloud assembly in the folder that `cdk synth` writes. */
export interface AssembledStack {
  readonly stackName: string;
  readonly template: Template;
  /** Returns the file or folder of a function's code, by its key in the bucket of assets. */
  asset(objectKey: string): string | undefined;
}

interface Manifest {
  readonly artifacts: Readonly<Record<string, Artifact>>;
}

interface Artifact {
  readonly type: string;
  readonly dependencies?: readonly string[];
  readonly properties?: {
    readonly templateFile?: string;
    readonly file?: string;
    readonly stackName?: string;
  };
}

interface AssetManifest {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path?: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

/**
 * Reads a cloud assembly.
 *
 * @param stackName which stack; optional if there is only one
 */
export async function readAssembly(folder: string, stackName?: string): Promise<AssembledStack> {
  const { artifacts } = await readJson<Manifest>(join(folder, 'manifest.json'));
  const stacks = Object.entries(artifacts).filter(
    ([, artifact]) => artifact.type === 'aws:cloudformation:stack',
  );
  const wanted = stackName ? stacks.filter(([id, artifact]) => nameOf(id, artifact) === stackName) : stacks;
  const [found] = wanted;
  if (!found || wanted.length > 1) {
    const names = stacks.map(([id, artifact]) => nameOf(id, artifact)).join(', ') || 'none';
    throw new Error(`name the one stack to run; ${folder} has: ${names}`);
  }
  const [id, artifact] = found;
  const template = await readJson<Template>(
    join(folder, artifact.properties?.templateFile ?? `${id}.template.json`),
  );
  const assets = await readAssets(folder, artifact, artifacts);
  return { stackName: nameOf(id, artifact), template, asset: (key) => assets.get(basename(key)) };
}

const nameOf = (id: string, artifact: Artifact) => artifact.properties?.stackName ?? id;

async function readAssets(
  folder: string,
  stack: Artifact,
  artifacts: Manifest['artifacts'],
): Promise<Map<string, string>> {
  const assets = new Map<string, string>();
  for (const dependency of stack.dependencies ?? []) {
    const artifact = artifacts[dependency];
    if (artifact?.type !== 'cdk:asset-manifest' || !artifact.properties?.file) continue;
    const { files } = await readJson<AssetManifest>(join(folder, artifact.properties.file));
    for (const { source, destinations } of Object.values(files)) {
      for (const { objectKey } of Object.values(destinations)) {
        if (source.path) assets.set(basename(objectKey), resolve(folder, source.path));
      }
    }
  }
  return assets;
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}
