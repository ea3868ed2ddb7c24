import { Validations } from 'aws-cdk-lib';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { admitRule } from '../parts/requests.ts';
import { deadLetterQueue } from '../parts/work-queue.ts';
import { secretsInParts } from '../storage/secrets-in-parts.ts';

/**
 * The length that EventBridge allows for a pattern, minus the fixed parts of this pattern and the region's
 * name. Around each ARN is `{"prefix":""},`.
 */
const PATTERN = { room: 2048 - 256, around: 14 };

/**
 * Creates a queue for the events of failed rotations of secrets. An alarm watches the queue, because Secrets
 * Manager has no metric for failures. The events do not go to the topic of alarms directly: EventBridge
 * supports no conditions in the policy of a topic, so any rule of any account could publish.
 *
 * @param secrets by the names of their applications and connections
 */
export function failedSecretRotations(
  scope: Construct,
  secrets: Iterable<readonly [name: string, secret: ISecret]>,
  encryptionKey: IKey,
): Queue {
  const queue = deadLetterQueue(scope, 'FailedSecretRotations', encryptionKey);
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'nothing takes messages out of it but the person who looks at the alarm',
  });
  secretsInParts(secrets, PATTERN).forEach((ofOnePattern, i) => {
    const rule = new Rule(scope, `SecretRotationFails${i === 0 ? '' : i + 1}`, {
      description: 'Events of failed rotations of secrets go to their queue',
      eventPattern: {
        source: ['aws.secretsmanager'],
        detailType: ['AWS Service Event via CloudTrail', 'AWS API Call via CloudTrail'],
        detail: {
          eventName: ['RotationFailed'],
          additionalEventData: { SecretId: ofOnePattern.flatMap(({ secretArn }) => Match.prefix(secretArn)) },
        },
      },
      targets: [{ bind: () => ({ arn: queue.queueArn }) }],
    });
    admitRule(queue, rule);
  });
  return queue;
}
