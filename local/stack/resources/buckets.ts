import { isObject, type Json, type JsonObject } from '../template.ts';
import type { Make, World } from '../world.ts';

/** The different names of a bucket's own property and the CDK's custom resource for the same things. */
interface Words {
  readonly lists: readonly string[];
  readonly target: readonly string[];
  events(entry: JsonObject): readonly Json[];
  readonly filter: string;
  readonly rules: string;
}

const PROPERTY: Words = {
  lists: ['QueueConfigurations', 'LambdaConfigurations'],
  target: ['Queue', 'Function'],
  events: ({ Event }) => [Event ?? ''],
  filter: 'S3Key',
  rules: 'Rules',
};

const CUSTOM_RESOURCE: Words = {
  lists: ['QueueConfigurations', 'LambdaFunctionConfigurations'],
  target: ['QueueArn', 'LambdaFunctionArn'],
  // as CloudFormation writes this property
  events: ({ Events }) => (Events ?? []) as readonly Json[],
  filter: 'Key',
  rules: 'FilterRules',
};

export const makeBucket: Make = ({ logicalId, properties }, world) => {
  const { name } = world.identity(logicalId);
  world.queues.createBucket(name);
  notify(logicalId, name, properties.NotificationConfiguration, PROPERTY, world);
};

/** Creates the notifications that the CDK's own constructs add to a bucket. */
export const makeNotifications: Make = ({ logicalId, properties }, world) =>
  notify(
    logicalId,
    String(properties.BucketName),
    properties.NotificationConfiguration,
    CUSTOM_RESOURCE,
    world,
  );

function notify(
  logicalId: string,
  bucket: string,
  configuration: Json | undefined,
  words: Words,
  world: World,
): void {
  if (!isObject(configuration)) return;
  if (isObject(configuration.EventBridgeConfiguration)) world.notifications.addBus(bucket);
  // as CloudFormation writes this property
  for (const entry of words.lists.flatMap((list) => (configuration[list] ?? []) as readonly JsonObject[])) {
    const arn = String(words.target.map((name) => entry[name]).find((value) => value !== undefined));
    if (!world.knowsTarget(arn)) {
      world.warn(`${logicalId} has a target that is not run on one machine: ${arn}`);
      continue;
    }
    const events = words.events(entry).map(String);
    world.notifications.add({ bucket, events, target: { arn }, ...edges(entry.Filter, words) });
  }
}

/** Returns the prefix and the suffix that a key must have. */
function edges(
  filter: Json | undefined,
  { filter: name, rules }: Words,
): { prefix?: string; suffix?: string } {
  const inner = isObject(filter) ? filter[name] : undefined;
  // as CloudFormation writes this property
  const list = isObject(inner) ? ((inner[rules] ?? []) as readonly JsonObject[]) : [];
  return Object.fromEntries(list.map(({ Name, Value }) => [String(Name).toLowerCase(), String(Value)]));
}
