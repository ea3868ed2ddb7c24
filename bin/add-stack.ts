import type { App, Environment } from 'aws-cdk-lib';
import { EvergreenRoomsStack } from '../lib/evergreen-rooms-stack.ts';
import { readSettings } from '../lib/settings/settings.ts';
import { runbookAddress } from './runbook-address.ts';

/** Adds the stack that the context of an app asks for. */
export function addStack(app: App): EvergreenRoomsStack {
  const read = readSettings(app.node);
  const settings = { ...read, runbook: read.runbook ?? runbookAddress() };
  return new EvergreenRoomsStack(app, settings.stackName, settings, whereToDeploy());
}

/**
 * The account and region that the credentials are for: the id of a deployment has them in it, so that the same stage
 * elsewhere does not take its rooms for left-overs. Without credentials there is no deployment, and the region is made up.
 */
function whereToDeploy(): Environment | undefined {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  return account && region ? { account, region } : undefined;
}
