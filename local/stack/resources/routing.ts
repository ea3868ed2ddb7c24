import { nameOf } from '../../fakes/buses.ts';
import type { TargetInput } from '../../fakes/input.ts';
import { compilePattern } from '../../fakes/pattern.ts';
import type { Target } from '../../fakes/targets.ts';
import { isObject, type Json, type JsonObject } from '../template.ts';
import type { Make, World } from '../world.ts';

export const makeBus: Make = ({ logicalId }, { buses, identity }) => buses.addBus(identity(logicalId).name);

export const makeRule: Make = ({ logicalId, properties }, world) => {
  const { name, attributes } = world.identity(logicalId);
  const arn = attributes.Arn as string;
  if (properties.State === 'DISABLED') return;
  // as CloudFormation writes this property
  const targets = ((properties.Targets ?? []) as readonly JsonObject[])
    .filter((target) => isKnown(target, logicalId, world))
    .map((target) => ({ ...targetOf(target), input: target as TargetInput }));
  if (isObject(properties.EventPattern)) {
    const matches = compilePattern(properties.EventPattern);
    world.buses.addRule({ name, arn, bus: nameOf(optional(properties.EventBusName)), matches, targets });
  }
  if (typeof properties.ScheduleExpression !== 'string') return;
  for (const target of targets) {
    const input =
      optional(target.input.Input) ??
      JSON.stringify({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} });
    world.scheduler.add({
      name,
      arn,
      expression: properties.ScheduleExpression,
      zone: 'UTC',
      enabled: true,
      target,
      input,
    });
  }
};

export const makeSchedule: Make = ({ logicalId, properties }, world) => {
  const { name, attributes } = world.identity(logicalId);
  const target = isObject(properties.Target) ? properties.Target : {};
  if (!isKnown(target, logicalId, world)) return;
  const [from, until] = [properties.StartDate, properties.EndDate].map(instant);
  world.scheduler.add({
    name,
    arn: attributes.Arn as string,
    expression: String(properties.ScheduleExpression),
    zone: optional(properties.ScheduleExpressionTimezone) ?? 'UTC',
    enabled: properties.State !== 'DISABLED',
    target: targetOf(target),
    input: optional(target.Input) ?? '{}',
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
  });
};

/** Returns the target of a rule or a schedule. */
function targetOf(target: JsonObject): Target {
  const groupId = isObject(target.SqsParameters) ? optional(target.SqsParameters.MessageGroupId) : undefined;
  const deadLetterArn = isObject(target.DeadLetterConfig) ? optional(target.DeadLetterConfig.Arn) : undefined;
  return { arn: String(target.Arn), ...(groupId && { groupId }), ...(deadLetterArn && { deadLetterArn }) };
}

function isKnown(target: JsonObject, logicalId: string, world: World): boolean {
  const known = world.knowsTarget(String(target.Arn));
  // a log group or a mail is for a person, who sees the same here anyway
  if (!known && !/^arn:aws:(logs|sns):/.test(String(target.Arn))) {
    world.warn(`${logicalId} has a target that is not run on one machine: ${target.Arn}`);
  }
  return known;
}

const optional = (value: Json | undefined) => (typeof value === 'string' ? value : undefined);
const instant = (value: Json | undefined) => (typeof value === 'string' ? Date.parse(value) : undefined);
