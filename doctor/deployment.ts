import { DescribeStacksCommand, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { ApplicationEntry, CreateRoomsEnvironment } from '../functions/runtime/environment.ts';
import type { Clients } from './clients.ts';
import { isMissing } from './missing.ts';

export interface StackResource {
  readonly logicalId: string;
  /** A name, an ARN or a URL, depending on its type. */
  readonly physicalId: string;
  readonly type: string;
}

export interface DeployedFunction {
  readonly name: string;
  readonly state: string;
  readonly lastUpdate: string;
  readonly runtime: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A deployment of Evergreen Rooms in a stack, read from the stack's resources. */
export interface Deployment {
  /** Five characters that name it in events and metrics. */
  readonly id: string;
  readonly stack: { readonly name: string; readonly status: string };
  readonly outputs: Readonly<Record<string, string>>;
  /** By the names of their bundles. */
  readonly functions: ReadonlyMap<string, DeployedFunction>;
  /** Functions of the stack that somebody deleted. */
  readonly missingFunctions: readonly StackResource[];
  /** The environment that all functions have in common. It names all resources. */
  readonly environment: CreateRoomsEnvironment;
  readonly applications: readonly ApplicationEntry[];
  ofType(type: string): readonly StackResource[];
}

/** The reason why the doctor cannot check anything. */
export class NothingToAskError extends Error {}

const NAMESPACE = /^EvergreenRooms\/(.*)$/;

/**
 * Finds the deployment in a stack, which may be a team's own with other resources.
 *
 * @param id which deployment, if the stack has several
 * @throws NothingToAskError
 */
export async function findDeployment(
  { cloudFormation, lambda }: Clients,
  stackName: string,
  id?: string,
): Promise<Deployment> {
  const { Stacks: [stack] = [] } = await cloudFormation.send(
    new DescribeStacksCommand({ StackName: stackName }),
  );
  const resources: StackResource[] = [];
  const pages = paginateListStackResources({ client: cloudFormation }, { StackName: stackName });
  for await (const { StackResourceSummaries = [] } of pages) {
    for (const { LogicalResourceId, PhysicalResourceId, ResourceType } of StackResourceSummaries) {
      if (LogicalResourceId && PhysicalResourceId && ResourceType) {
        resources.push({
          logicalId: LogicalResourceId,
          physicalId: PhysicalResourceId,
          type: ResourceType,
        });
      }
    }
  }
  const all = await Promise.all(
    resources
      .filter(({ type }) => type === 'AWS::Lambda::Function')
      .map(async (resource) => ({ resource, made: await describe(lambda, resource.physicalId) })),
  );
  const ours = all.flatMap(({ resource, made }) =>
    made && 'environment' in made && deploymentOf(made) !== undefined ? [{ resource, made }] : [],
  );
  const [denied] = all.flatMap(({ made }) => (made && 'denied' in made ? [made.denied] : []));
  // a reader of one deployment may not read other functions of a team's stack
  if (denied && ours.length === 0) throw denied;
  const chosen = choose(
    stackName,
    ours.map(({ made }) => deploymentOf(made) ?? ''),
    id,
  );
  const functions = ours.filter(({ made }) => deploymentOf(made) === chosen);
  const places = new Map([
    // if the function for requests is missing: all resources that belong to no other deployment
    [chosen, ''],
    ...ours
      .filter(({ made }) => made.environment.POWERTOOLS_SERVICE_NAME === 'create-rooms')
      .map(({ resource, made }) => [deploymentOf(made) ?? '', placeOf(resource.logicalId)] as const),
  ]);
  const byService = new Map(
    functions.map(({ made }) => [made.environment.POWERTOOLS_SERVICE_NAME ?? '', made]),
  );
  // the environment of the function for requests comes last, so it wins; the others replace it if it is
  // missing
  const environment = Object.assign(
    {},
    ...['plan-rotation', 'rotate-rooms', 'create-rooms'].map((name) => byService.get(name)?.environment),
  ) as CreateRoomsEnvironment;
  const ofType = (type: string) =>
    resources.filter((resource) => resource.type === type && ownerOf(resource.logicalId, places) === chosen);
  return {
    id: chosen,
    stack: { name: stackName, status: stack?.StackStatus ?? 'unknown' },
    outputs: Object.fromEntries(
      (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    ),
    functions: byService,
    environment,
    applications: JSON.parse(environment.APPLICATIONS ?? '[]'),
    missingFunctions: all
      .filter(({ resource, made }) => !made && ofType(resource.type).includes(resource))
      .map(({ resource }) => resource),
    ofType,
  };
}

/** @returns undefined if the function was deleted, and the error if the caller may not read it */
async function describe(
  lambda: Clients['lambda'],
  name: string,
): Promise<DeployedFunction | { readonly denied: Error } | undefined> {
  const found = await lambda
    .send(new GetFunctionConfigurationCommand({ FunctionName: name }))
    .catch((error) => {
      if (isMissing(error)) return undefined;
      if (error.name === 'AccessDeniedException') return { denied: error as Error };
      throw error;
    });
  if (!found || 'denied' in found) return found;
  return {
    name,
    state: found.State ?? 'unknown',
    lastUpdate: found.LastUpdateStatus ?? 'unknown',
    runtime: found.Runtime ?? 'unknown',
    environment: found.Environment?.Variables ?? {},
  };
}

function deploymentOf({ environment }: DeployedFunction): string | undefined {
  return NAMESPACE.exec(environment.POWERTOOLS_METRICS_NAMESPACE ?? '')?.[1];
}

function choose(stack: string, found: readonly string[], wanted: string | undefined): string {
  const ids = [...new Set(found)].sort();
  const [only] = ids;
  if (only === undefined) throw new NothingToAskError(`stack ${stack} has no functions of Evergreen Rooms`);
  if (wanted === undefined && ids.length === 1) return only;
  if (wanted !== undefined && ids.includes(wanted)) return wanted;
  throw new NothingToAskError(
    `stack ${stack} has the deployments ${ids.join(', ')}: name one of them by --deployment`,
  );
}

/** Constructs name their resources after their path: returns how the names of a deployment begin. */
const placeOf = (requestsFunction: string) => requestsFunction.replace(/RequestsFunction[0-9A-F]{8}$/, '');

/** The longer matching name wins: of the deployments `Rooms` and `RoomsOfOthers`, both may match. */
function ownerOf(logicalId: string, places: ReadonlyMap<string, string>): string | undefined {
  const [owner] = [...places]
    .filter(([, place]) => logicalId.startsWith(place))
    .sort(([, a], [, b]) => b.length - a.length);
  return owner?.[0];
}
