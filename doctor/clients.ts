import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

export type Clients = ReturnType<typeof makeClients>;

/** The options of the clients. Absent ones are taken from the same places as the AWS CLI's. */
export interface ClientOptions {
  readonly region?: string | undefined;
  /** One address for all services, for the stack on this machine. */
  readonly endpoint?: string | undefined;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export function makeClients(options: ClientOptions = {}) {
  // an option that is `undefined` would count as a value
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return {
    cloudFormation: new CloudFormationClient(given),
    cloudWatch: new CloudWatchClient(given),
    dynamoDb: new DynamoDBClient(given),
    events: new EventBridgeClient(given),
    kms: new KMSClient(given),
    lambda: new LambdaClient(given),
    s3: new S3Client(given),
    scheduler: new SchedulerClient(given),
    secrets: new SecretsManagerClient(given),
    sns: new SNSClient(given),
    sqs: new SQSClient(given),
  };
}
