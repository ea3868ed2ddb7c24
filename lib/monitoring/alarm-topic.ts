import { Annotations, Aws } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** The topic of alarms. It is created unless you pass one. */
export function alarmTopic(scope: Construct, brought: ITopic | undefined, encryptionKey: IKey): ITopic {
  const topic =
    brought ??
    new Topic(scope, 'AlarmTopic', {
      displayName: 'Evergreen Rooms',
      masterKey: encryptionKey,
      enforceSSL: true,
    });
  // A topic with its own policy, such as one that requires TLS, has lost the default policy that admits the
  // account's alarms.
  const alarms = new ServicePrincipal('cloudwatch.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  });
  const { statementAdded } = topic.addToResourcePolicy(
    new PolicyStatement({ principals: [alarms], actions: ['sns:Publish'], resources: [topic.topicArn] }),
  );
  topic.masterKey?.grant(alarms, 'kms:Decrypt', 'kms:GenerateDataKey*');
  if (!statementAdded) {
    Annotations.of(scope).addWarningV2(
      'evergreen-rooms:topic-policy',
      'the topic of alarms was imported, so its policy cannot be extended here: let cloudwatch.amazonaws.com ' +
        'publish to it, and use its key if it has one; otherwise alarms are silent',
    );
  }
  return topic;
}
