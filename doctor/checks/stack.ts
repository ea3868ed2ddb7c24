import type { Check } from '../check.ts';
import { failed, ok, warning } from '../finding.ts';

/** Checks that the last deployment of the stack succeeded. */
export const checkStack: Check = async ({ stack }) => {
  const { name, status } = stack;
  const events = `aws cloudformation describe-stack-events --stack-name ${name} --max-items 20`;
  if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE')
    return [ok('stack', `${name} is ${status}`)];
  if (status.endsWith('_IN_PROGRESS')) {
    return [warning('stack', `${name} is ${status}`, 'wait until the deployment is over, and ask again')];
  }
  return [failed('stack', `${name} is ${status}: its last deployment did not end well`, events)];
};
