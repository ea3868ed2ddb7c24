import { makeClients } from '../../doctor/clients.ts';
import { findDeployment } from '../../doctor/deployment.ts';
import type { StackClient } from '../../local/rooms/stack-client.ts';
import type { Deployment } from './deployment.ts';
import { stackDeployment } from './stack.ts';

/** Any will do: the engines on this machine check none. */
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * The stack that `npm start` runs on this machine. It answers the AWS SDK as a stack in AWS does, at its own address;
 * its clock can be turned, and it remembers what it announced.
 */
export async function localDeployment(machine: StackClient): Promise<Deployment> {
  const { stack, now, environment } = await machine.facts();
  const ahead = Date.parse(now) - Date.now();
  const clients = makeClients({
    region: environment.AWS_REGION,
    endpoint: environment.AWS_ENDPOINT_URL,
    credentials: CREDENTIALS,
  });
  const deployment = stackDeployment(await findDeployment(clients, stack), clients, () => Date.now() + ahead);
  return {
    ...deployment,
    machine,
    // the bus and the bucket of this machine are addressed by the stack itself, and a dry run lives in its time
    putCalendar: (name, text) => machine.putCalendar(name, text),
    rehearse: (body) => machine.rehearse(body),
    rehearseCalendar: (name, text) => machine.rehearseCalendar(name, text),
  };
}
