import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type Clients, makeClients } from '../../doctor/clients.ts';
import { findDeployment } from '../../doctor/deployment.ts';
import { portOf } from '../../local/arguments.ts';
import { StackClient } from '../../local/rooms/stack-client.ts';
import type { Reach, Values } from '../frame/command.ts';
import { CallError, orCallError } from '../frame/errors.ts';
import type { PLACE_FLAGS } from '../frame/parse.ts';
import type { Deployment } from './deployment.ts';
import { hintFor } from './hint.ts';
import { localDeployment } from './local.ts';
import { stackDeployment } from './stack.ts';

const PORT = 'EVERGREEN_ROOMS_PORT';

export type Place = Values<typeof PLACE_FLAGS>;

/**
 * Finds the deployment of a call: the one that it names, otherwise the one on this machine, otherwise that of
 * EVERGREEN_ROOMS_STACK.
 *
 * @throws CallError that lists the deployments if none of these exists
 */
export async function findPlace(
  place: Place,
  reach: Reach,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Deployment> {
  return { ...(await found(place, reach, environment)), hint: hintFor(place, environment) };
}

async function found(
  place: Place,
  reach: Reach,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Omit<Deployment, 'hint'>> {
  const { stack, deployment, region, local, port: portText } = place;
  const wantsLocal = local || portText !== undefined;
  if (wantsLocal && stack !== undefined) throw new CallError('name one stack: --stack, or --local');
  if (wantsLocal && reach === 'deployed') {
    throw new CallError('this command is for a stack in AWS: name it by --stack');
  }
  if (stack !== undefined && reach === 'local') {
    throw new CallError(
      'this command is for the stack that npm start runs on this machine: leave out --stack',
    );
  }
  const port = await orCallError(() => portOf(portText));
  if (wantsLocal || reach === 'local') return localDeployment(new StackClient(port));
  if (stack !== undefined) return deployed(makeClients({ region }), stack, deployment);
  // a chosen port names the local stack: if it has stopped, a command must not go to AWS instead
  const chosen = await orCallError(() => portOf(environment[PORT] || undefined, PORT));
  if (reach === 'any' && chosen !== undefined) return localDeployment(new StackClient(chosen));
  const running = reach === 'any' ? await runningHere() : undefined;
  if (running) return localDeployment(running);
  const usual = environment.EVERGREEN_ROOMS_STACK;
  if (usual) return deployed(makeClients({ region }), usual, deployment);
  throw new CallError(await nothingNamed(reach, makeClients({ region })));
}

async function deployed(clients: Clients, stack: string, id: string | undefined) {
  return stackDeployment(await findDeployment(clients, stack, id), clients);
}

/** How long the stack on this machine may take to answer, in milliseconds. */
const GLANCE = 2000;

async function runningHere(): Promise<StackClient | undefined> {
  const client = new StackClient(undefined, GLANCE);
  try {
    await client.facts();
    return new StackClient();
  } catch {
    return undefined;
  }
}

/**
 * Lists the deployments that a person can name. Without credentials they are unknown, but the advice is the
 * same.
 */
async function nothingNamed(reach: Reach, { cloudFormation }: Clients): Promise<string> {
  const naming = 'name the stack by --stack or EVERGREEN_ROOMS_STACK';
  const advice =
    reach === 'deployed'
      ? `this command is for a stack in AWS: ${naming}`
      : `${naming}, or run npm start and use --local`;
  try {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({}));
    const ours = Stacks.filter(({ Outputs = [] }) =>
      Outputs.some(({ OutputKey = '' }) => OutputKey.endsWith('DeploymentId')),
    ).map(({ StackName }) => StackName);
    return ours.length > 0 ? `${advice}; there are ${ours.join(', ')}` : advice;
  } catch {
    return advice;
  }
}
