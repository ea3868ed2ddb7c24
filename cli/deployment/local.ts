import { makeClients } from '../../doctor/clients.ts';
import { findDeployment } from '../../doctor/deployment.ts';
import type { StackClient } from '../../local/rooms/stack-client.ts';
import type { Deployment } from './deployment.ts';
import { stackDeployment } from './stack.ts';

/** Any value works: the engines on this machine do not check credentials. */
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * The stack that `npm start` runs on this machine. It answers the AWS SDK at its own address, like a stack in
 * AWS. Its clock can be turned, and it remembers its announcements.
 */
export async function localDeployment(machine: StackClient): Promise<Omit<Deployment, 'hint'>> {
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
    // only the stack itself knows the addresses of its bus and its bucket, and a dry run uses its clock
    putCalendar: (name, text) => machine.putCalendar(name, text),
    rehearse: (body) => machine.rehearse(body),
    rehearseCalendar: (name, text) => machine.rehearseCalendar(name, text),
  };
}
