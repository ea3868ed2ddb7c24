import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { addStack } from '../../bin/add-stack.ts';

/** Leaves out of a synthesis what is no template: a sixth of its time. */
export const ONLY_TEMPLATES = { treeMetadata: false, stackTraces: false } as const;

/**
 * Synthesises as `synthesise` of the local stack does, but in this process: a separate process takes most of
 * its time to load the CDK.
 */
export async function synthesiseHere(
  project: string,
  outDir: string,
  context: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const settings = JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8'));
  process.env.CDK_VALIDATION = 'false';
  // the bundles stay where they are: from there, one container reads what another has compiled of them
  const own = { ...settings.context, 'aws:cdk:disable-asset-staging': true };
  const app = new App({ outdir: outDir, context: { ...own, ...context }, ...ONLY_TEMPLATES });
  addStack(app);
  app.synth();
}
