import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** Where alarms are sent to, made unless one was brought along. */
export function alarmTopic(scope: Construct, brought: ITopic | undefined, encryptionKey: IKey): ITopic {
  if (brought) return brought;
  const topic = new Topic(scope, 'AlarmTopic', {
    displayName: 'Evergreen Rooms',
    masterKey: encryptionKey,
    enforceSSL: true,
  });
  // A topic with a policy of its own has lost the one that lets the account's alarms in.
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  return topic;
}
