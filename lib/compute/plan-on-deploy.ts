import { Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { admitRule } from '../parts/requests.ts';

/**
 * Starts a plan after a deployment. It shows immediately whether planning works. It also gives the alarm for missing
 * plans a first data point before the first night.
 */
export function planOnDeploy(scope: Construct, plans: Queue, deadLetterQueue: Queue): Rule {
  const rule = new Rule(scope, 'PlanOnDeploy', {
    description: 'Plans the rotation when the stack was deployed',
    eventPattern: {
      source: ['aws.cloudformation'],
      detailType: ['CloudFormation Stack Status Change'],
      detail: {
        'stack-id': [Stack.of(scope).stackId],
        'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
      },
    },
    targets: [
      {
        bind: () => ({
          arn: plans.queueArn,
          deadLetterConfig: { arn: deadLetterQueue.queueArn },
          input: RuleTargetInput.fromObject({}),
        }),
      },
    ],
  });
  admitRule(plans, rule);
  admitRule(deadLetterQueue, rule);
  return rule;
}
