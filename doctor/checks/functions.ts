import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import type { DeployedFunction } from '../deployment.ts';
import { type Check, type Finding, failed, ok, warning } from '../finding.ts';

/** The functions that every deployment has. */
const EXPECTED = ['create-rooms', 'plan-rotation', 'rotate-rooms', 'reconcile-rooms'];
const RUNTIME = 'nodejs24.x';

/** That all functions are there and can run. */
export const checkFunctions: Check = async ({ functions }) => {
  const missing = EXPECTED.filter((name) => !functions.has(name)).map((name) =>
    failed(`function ${name}`, 'is not in the stack', 'deploy the stack again: cdk deploy'),
  );
  return [...missing, ...[...functions].map(([service, made]) => checkFunction(service, made))];
};

function checkFunction(service: string, { name, state, lastUpdate, runtime }: DeployedFunction): Finding {
  const subject = `function ${service}`;
  const look = `aws lambda get-function-configuration --function-name ${name}`;
  if (state !== 'Active' && state !== 'Inactive') return failed(subject, `is ${state}`, look);
  if (lastUpdate !== 'Successful') return failed(subject, `its last update is ${lastUpdate}`, look);
  if (runtime !== RUNTIME) {
    return warning(
      subject,
      `runs on ${runtime}, and was made for ${RUNTIME}`,
      'deploy the stack again: cdk deploy',
    );
  }
  return ok(subject, `is ${state}`);
}

/** That messages reach the functions: a switched-off event source leaves them in their queue without an error anywhere. */
export const checkSources: Check = async ({ functions }, { lambda }) => {
  const fed = [...functions].filter(([, { environment }]) => environment.WORK_QUEUE !== undefined);
  const findings = await Promise.all(
    fed.map(async ([service, { name }]) => {
      const { EventSourceMappings = [] } = await lambda.send(
        new ListEventSourceMappingsCommand({ FunctionName: name }),
      );
      const subject = `queue of ${service}`;
      if (EventSourceMappings.length === 0) {
        return [failed(subject, 'feeds no function', 'deploy the stack again: cdk deploy')];
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
    }),
  );
  return findings.flat();
};
