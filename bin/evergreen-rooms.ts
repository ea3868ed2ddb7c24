import { App, type Environment, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { EvergreenRoomsStack } from '../lib/evergreen-rooms-stack.ts';
import { readSettings } from '../lib/settings/settings.ts';
import { freshenBundles } from './fresh-bundles.ts';
import { runbookAddress } from './runbook-address.ts';

await freshenBundles();
const app = new App();
try {
  const read = readSettings(app.node);
  const settings = { ...read, runbook: read.runbook ?? runbookAddress() };
  new EvergreenRoomsStack(app, settings.stackName, settings, whereToDeploy());
} catch (error) {
  // what is wrong is a setting: where that was found out helps nobody but under cdk's --debug
  console.error(process.env.CDK_DEBUG === 'true' ? error : (error as Error).message);
  process.exit(1);
}
Validations.of(app).addPlugins(new AwsSolutionsChecks());

/**
 * The account and region that the credentials are for: the id of a deployment has them in it, so that the same stage
 * elsewhere does not take its rooms for left-overs. Without credentials there is no deployment, and the region is made up.
 */
function whereToDeploy(): Environment | undefined {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  return account && region ? { account, region } : undefined;
}
