import type { App, Environment } from 'aws-cdk-lib';
import { EvergreenRoomsStack } from '../lib/evergreen-rooms-stack.ts';
import { readSettings } from '../lib/settings/settings.ts';
import { runbookAddress } from './runbook-address.ts';

/** Adds the stack that the context of an app describes. */
export function addStack(app: App): EvergreenRoomsStack {
  const read = readSettings(app.node);
  const settings = { ...read, runbook: read.runbook ?? runbookAddress() };
  return new EvergreenRoomsStack(app, settings.stackName, settings, whereToDeploy());
}

/**
 * Returns the account and region of the credentials. The id of a deployment contains them, so that the same
 * stage in another account does not treat its rooms as orphans. Without credentials no deployment is
 * possible, and the region is only an example.
 */
function whereToDeploy(): Environment | undefined {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  return account && region ? { account, region } : undefined;
}
