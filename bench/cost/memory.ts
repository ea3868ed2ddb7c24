import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { freshenBundles } from '../../bin/fresh-bundles.ts';
import { EvergreenRoomsStack } from '../../lib/evergreen-rooms-stack.ts';
import { readSettings } from '../../lib/settings/settings.ts';
import type { FunctionName } from '../bundles.ts';

const CONTEXT = fileURLToPath(new URL('../../cdk.json', import.meta.url));

/** Returns the memory with which each function is deployed, in MB. */
export async function configuredMemory(): Promise<(name: FunctionName) => number> {
  // the template names the bundles by their content
  await freshenBundles();
  const { default: cdk } = await import(CONTEXT, { with: { type: 'json' } });
  const applications = ['78d335fa-0b91-4f0c-8c7b-3a1d5a1f7b11'];
  const app = new App({ context: { ...cdk.context, applications } });
  const template = Template.fromStack(new EvergreenRoomsStack(app, 'Cost', readSettings(app.node)));
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  return (name) => {
    const found = functions.find(
      ({ Properties }) => Properties.Environment?.Variables?.POWERTOOLS_SERVICE_NAME === name,
    );
    if (!found) throw new Error(`the stack has no function ${name}`);
    return found.Properties.MemorySize;
  };
}
