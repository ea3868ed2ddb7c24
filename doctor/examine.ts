import type { Check } from './check.ts';
import { checkAccounts } from './checks/accounts.ts';
import { checkAlarms, checkTopic } from './checks/alarms.ts';
import { checkConnections } from './checks/connections.ts';
import { checkFeeds } from './checks/feeds.ts';
import { checkFunctions, checkSources } from './checks/functions.ts';
import { checkLinks } from './checks/links.ts';
import { checkHeartbeat, checkRules, checkSchedules } from './checks/schedules.ts';
import { checkStack } from './checks/stack.ts';
import { checkDeadLetters, checkKeys, checkTables } from './checks/storage.ts';
import { checkWebhooks } from './checks/webhooks.ts';
import type { Clients } from './clients.ts';
import type { Deployment } from './deployment.ts';
import type { Finding } from './finding.ts';
import { couldNotLook } from './missing.ts';

/** Every check, in the order in which a person would look. */
const CHECKS: Readonly<Record<string, Check>> = {
  stack: checkStack,
  functions: checkFunctions,
  'event sources': checkSources,
  'encryption keys': checkKeys,
  tables: checkTables,
  accounts: checkAccounts,
  webhooks: checkWebhooks,
  feeds: checkFeeds,
  connections: checkConnections,
  links: checkLinks,
  schedules: checkSchedules,
  rules: checkRules,
  planner: checkHeartbeat,
  alarms: checkAlarms,
  'topic of alarms': checkTopic,
  'dead letters': checkDeadLetters,
};

/** Runs all checks. A check that fails for lack of permission is a finding, and does not stop the others. */
export async function examine(deployment: Deployment, clients: Clients): Promise<readonly Finding[]> {
  const looks = Object.entries(CHECKS).map(async ([subject, check]) => {
    try {
      return await check(deployment, clients);
    } catch (error) {
      return [couldNotLook(subject, error as Error)];
    }
  });
  return (await Promise.all(looks)).flat();
}
