import { freshenBundles } from '../../bin/fresh-bundles.ts';

/** Bundles the functions once, before any test that synthesises the stack or runs a deployed function. */
export async function setup(): Promise<void> {
  await freshenBundles();
}
