import type { StackClient } from '../../local/rooms/stack-client.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { CallError } from '../frame/errors.ts';

/** @throws CallError if the deployment is not on this machine */
export function machineOf({ machine, stack }: Deployment): StackClient {
  if (machine) return machine;
  throw new CallError(`${stack} is in AWS, and this command is for the stack on this machine: use --local`);
}
