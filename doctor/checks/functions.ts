import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import type { Check } from '../check.ts';
import type { DeployedFunction } from '../deployment.ts';
import { type Finding, failed, ok, warning } from '../finding.ts';
import { lookAtEach, RESTORE } from '../missing.ts';

/** The functions that every deployment has. */
const EXPECTED = ['create-rooms', 'plan-rotation', 'rotate-rooms', 'reconcile-rooms'];
const RUNTIME = 'nodejs24.x';

/** Checks that all functions exist and can run. */
export const checkFunctions: Check = async ({ functions, missingFunctions }) => {
  const gone = missingFunctions.map(({ logicalId }) =>
    failed(`function ${logicalId}`, 'does not exist any more', RESTORE),
  );
  const notThere = EXPECTED.filter((name) => !functions.has(name));
  // the names of missing functions do not say which ones they were
  const missing = notThere
    .slice(gone.length)
    .map((name) => failed(`function ${name}`, 'is not in the stack', 'npx cdk deploy'));
  return [...gone, ...missing, ...[...functions].map(([service, made]) => checkFunction(service, made))];
};

function checkFunction(service: string, { name, state, lastUpdate, runtime }: DeployedFunction): Finding {
  const subject = `function ${service}`;
  const look = `aws lambda get-function-configuration --function-name ${name}`;
  if (state !== 'Active' && state !== 'Inactive') return failed(subject, `is ${state}`, look);
  if (lastUpdate !== 'Successful') return failed(subject, `its last update is ${lastUpdate}`, look);
  if (runtime !== RUNTIME) {
    return warning(subject, `runs on ${runtime}, and was made for ${RUNTIME}`, RESTORE);
  }
  return ok(subject, `is ${state}`);
}

/**
 * Checks that messages reach the functions: a disabled event source leaves them in their queue without any
 * error.
 */
export const checkSources: Check = async ({ functions }, { lambda }) => {
  const fed = [...functions].filter(([, { environment }]) => environment.WORK_QUEUE !== undefined);
  return lookAtEach(
    fed,
    ([service]) => `queue of ${service}`,
    async ([service, { name }]) => {
      const { EventSourceMappings = [] } = await lambda.send(
        new ListEventSourceMappingsCommand({ FunctionName: name }),
      );
      const subject = `queue of ${service}`;
      if (EventSourceMappings.length === 0) {
        return [failed(subject, 'feeds no function', RESTORE)];
      }
      return EventSourceMappings.map(({ State = 'unknown', UUID }) =>
        State === 'Enabled'
          ? ok(subject, 'feeds its function')
          : failed(
              subject,
              `its event source is ${State}`,
              `aws lambda update-event-source-mapping --uuid ${UUID} --enabled`,
            ),
      );
    },
  );
};
