import { Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { type AlarmTarget, anchor } from './alarm.ts';

export const SECRET_ROTATION_HEADING = 'The rotation of a secret fails';

/** The rotation of a secret that was brought along has no metric: its failure is an event on the account's own bus. */
export function tellOfFailedSecretRotation(
  scope: Construct,
  secrets: Iterable<ISecret>,
  { topic, runbook }: AlarmTarget,
): Rule {
  return new Rule(scope, 'SecretRotationFails', {
    description: `${SECRET_ROTATION_HEADING}. What to do: ${runbook}#${anchor(SECRET_ROTATION_HEADING)}`,
    eventPattern: {
      source: ['aws.secretsmanager'],
      detailType: ['AWS Service Event via CloudTrail', 'AWS API Call via CloudTrail'],
      detail: {
        eventName: ['RotationFailed'],
        additionalEventData: { SecretId: [...secrets].flatMap(({ secretArn }) => Match.prefix(secretArn)) },
      },
    },
    targets: [
      new SnsTopic(topic, {
        message: RuleTargetInput.fromText(
          `${SECRET_ROTATION_HEADING}. The old key still works until the provider forgets it. ` +
            `What to do: ${runbook}#${anchor(SECRET_ROTATION_HEADING)}`,
        ),
      }),
    ],
  });
}
