import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeRuleCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import { HOUR } from '../../functions/rooms/model/time.ts';
import type { Check } from '../check.ts';
import { failed, ok } from '../finding.ts';
import { lookAtEach, RESTORE } from '../missing.ts';

/** Checks that the schedules exist and are enabled. */
export const checkSchedules: Check = async ({ ofType }, { scheduler }) => {
  const [group] = ofType('AWS::Scheduler::ScheduleGroup');
  return lookAtEach(
    ofType('AWS::Scheduler::Schedule'),
    ({ logicalId }) => `schedule ${logicalId}`,
    async ({ physicalId }) => {
      // the id of some has the form group|name
      const Name = physicalId.split('|').at(-1);
      const found = await scheduler.send(new GetScheduleCommand({ GroupName: group?.physicalId, Name }));
      const { State, ScheduleExpression, ScheduleExpressionTimezone = 'Etc/UTC', Description = Name } = found;
      const subject = `schedule "${Description}"`;
      const when = `${ScheduleExpression} in ${ScheduleExpressionTimezone}`;
      if (State === 'ENABLED') return [ok(subject, `runs at ${when}`)];
      return [
        failed(
          subject,
          `is ${State}, and should run at ${when}`,
          `enable it in the console of EventBridge Scheduler, or: ${RESTORE}`,
        ),
      ];
    },
  );
};

/** Checks that the rules on the bus exist, are enabled, and have a target. */
export const checkRules: Check = async ({ ofType }, { events }) =>
  lookAtEach(
    ofType('AWS::Events::Rule'),
    ({ logicalId }) => `rule ${logicalId}`,
    async ({ physicalId }) => {
      const [Name, EventBusName] = physicalId.split('|').reverse();
      const { State, Description = Name } = await events.send(
        new DescribeRuleCommand({ Name, EventBusName }),
      );
      const subject = `rule "${Description}"`;
      const bus = EventBusName === undefined ? '' : ` --event-bus-name ${EventBusName}`;
      if (!State?.startsWith('ENABLED')) {
        return [failed(subject, `is ${State}`, `aws events enable-rule --name ${Name}${bus}`)];
      }
      const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: Name, EventBusName }));
      if (Targets.length === 0)
        return [failed(subject, 'has no target: what it matches is dropped', RESTORE)];
      return [ok(subject, 'is enabled')];
    },
  );

/** The time that a run may take, in addition to the time until the next one. */
const MARGIN = 2 * HOUR;

/** Checks that a plan was completed since the last scheduled run. */
export const checkHeartbeat: Check = async ({ id, environment, outputs }, { cloudWatch }) => {
  const now = Date.now();
  const gap = Number(environment.LONGEST_GAP_SECONDS) * 1000 + MARGIN;
  const { MetricDataResults: [result] = [] } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - gap),
      EndTime: new Date(now),
      MetricDataQueries: [
        {
          Id: 'heartbeat',
          MetricStat: {
            Metric: {
              Namespace: `EvergreenRooms/${id}`,
              MetricName: 'PlannerHeartbeat',
              Dimensions: [{ Name: 'service', Value: 'plan-rotation' }],
            },
            Period: 3600,
            Stat: 'Sum',
          },
        },
      ],
    }),
  );
  const plans = (result?.Values ?? []).reduce((sum, value) => sum + value, 0);
  const hours = Math.round(gap / HOUR);
  if (plans > 0) return [ok('planner', `finished ${plans} plans in the last ${hours} hours`)];
  return [
    failed(
      'planner',
      `finished no plan in the last ${hours} hours: no room is renewed`,
      outputs.RotateNow ?? 'send {} to its queue, and look at the log of plan-rotation',
    ),
  ];
};
