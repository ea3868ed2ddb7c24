import { DescribeContinuousBackupsCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Check } from '../check.ts';
import { failed, ok, warning } from '../finding.ts';
import { lookAtEach } from '../missing.ts';

/** Checks that tables can be used and restored. */
export const checkTables: Check = async ({ ofType }, { dynamoDb }) =>
  lookAtEach(
    ofType('AWS::DynamoDB::Table'),
    ({ logicalId }) => `table ${logicalId}`,
    async ({ physicalId: TableName, logicalId }) => {
      const [{ Table }, { ContinuousBackupsDescription }] = await Promise.all([
        dynamoDb.send(new DescribeTableCommand({ TableName })),
        dynamoDb.send(new DescribeContinuousBackupsCommand({ TableName })),
      ]);
      const subject = `table ${logicalId}`;
      const backups = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
      return [
        Table?.TableStatus === 'ACTIVE'
          ? ok(subject, 'is ACTIVE')
          : failed(
              subject,
              `is ${Table?.TableStatus}`,
              `aws dynamodb describe-table --table-name ${TableName}`,
            ),
        backups === 'ENABLED'
          ? ok(subject, 'can be restored to any moment of the last 35 days')
          : warning(
              subject,
              'has no point-in-time recovery',
              `aws dynamodb update-continuous-backups --table-name ${TableName} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
            ),
      ];
    },
  );

/** Checks that encrypted data can be read. */
export const checkKeys: Check = async ({ ofType }, { kms }) =>
  lookAtEach(
    ofType('AWS::KMS::Key'),
    () => 'encryption key',
    async ({ physicalId: KeyId }) => {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
      const { KeyState } = KeyMetadata ?? {};
      if (KeyState === 'Enabled') return [ok('encryption key', 'is Enabled')];
      const remedy =
        KeyState === 'PendingDeletion'
          ? `aws kms cancel-key-deletion --key-id ${KeyId} && aws kms enable-key --key-id ${KeyId}`
          : `aws kms enable-key --key-id ${KeyId}`;
      return [failed('encryption key', `is ${KeyState}: nothing that it encrypts can be read`, remedy)];
    },
  );

/** Checks that all queues exist, and that queues without a function are empty. */
export const checkDeadLetters: Check = async ({ functions, ofType, stack }, { sqs }) => {
  const inboxes = new Set([...functions.values()].map(({ environment }) => environment.WORK_QUEUE));
  return lookAtEach(
    ofType('AWS::SQS::Queue'),
    ({ logicalId }) => `queue ${logicalId}`,
    async ({ physicalId: QueueUrl, logicalId }) => {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
      );
      if (inboxes.has(QueueUrl)) return [];
      const count = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
      const subject = `queue ${logicalId}`;
      if (count === 0) return [ok(subject, 'is empty')];
      return [
        warning(
          subject,
          `messages in it: ${count}`,
          `evergreen-rooms dead-letters --stack ${stack.name} shows them`,
        ),
      ];
    },
  );
};
