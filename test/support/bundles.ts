import { bundleFunctions } from '../../bin/bundle.ts';

/** Bundles the functions once, before any test that synthesises the stack or runs what is deployed. */
export async function setup(): Promise<void> {
  await bundleFunctions();
}
