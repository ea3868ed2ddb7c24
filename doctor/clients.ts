import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

export type Clients = ReturnType<typeof makeClients>;

/** Clients that take credentials, and the region unless it is given, from where the AWS CLI takes them. */
export function makeClients(region?: string) {
  const options = region === undefined ? {} : { region };
  return {
    cloudFormation: new CloudFormationClient(options),
    cloudWatch: new CloudWatchClient(options),
    dynamoDb: new DynamoDBClient(options),
    events: new EventBridgeClient(options),
    kms: new KMSClient(options),
    lambda: new LambdaClient(options),
    scheduler: new SchedulerClient(options),
    secrets: new SecretsManagerClient(options),
    sns: new SNSClient(options),
    sqs: new SQSClient(options),
  };
}
