import type { Make } from '../world.ts';
import { makeBucket, makeNotifications } from './buckets.ts';
import { makeEventSource, makeFunction, makeFunctionUrl } from './compute.ts';
import { makeBus, makeRule, makeSchedule } from './routing.ts';
import { makeQueue, makeSecret, makeTable } from './storage.ts';

/** The types that run, in the order of creation: a resource comes after those that it refers to. */
export const MADE: readonly (readonly [type: string, make: Make])[] = [
  ['AWS::DynamoDB::Table', makeTable],
  ['AWS::DynamoDB::GlobalTable', makeTable],
  ['AWS::SQS::Queue', makeQueue],
  ['AWS::SecretsManager::Secret', makeSecret],
  ['AWS::Events::EventBus', makeBus],
  ['AWS::Lambda::Function', makeFunction],
  ['AWS::Lambda::Url', makeFunctionUrl],
  ['AWS::Events::Rule', makeRule],
  ['AWS::Scheduler::Schedule', makeSchedule],
  ['AWS::Lambda::EventSourceMapping', makeEventSource],
  ['AWS::S3::Bucket', makeBucket],
  ['Custom::S3BucketNotifications', makeNotifications],
];

/**
 * The types that matter only in AWS: permissions, encryption, retention, monitoring and descriptions. A name
 * that ends in `::` stands for all types of the service.
 */
const ONLY_IN_AWS = [
  'AWS::ApplicationInsights::',
  'AWS::Budgets::',
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::',
  'AWS::EC2::',
  'AWS::Events::Archive',
  'AWS::Events::EventBusPolicy',
  'AWS::IAM::',
  'AWS::KMS::',
  'AWS::Lambda::Alias',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::Logs::',
  'AWS::ResourceGroups::',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::',
  'AWS::SQS::QueuePolicy',
  'AWS::SSM::Parameter',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SecretsManager::ResourcePolicy',
  'AWS::SecretsManager::RotationSchedule',
  'AWS::XRay::',
  'Custom::LogRetention',
  'Custom::S3AutoDeleteObjects',
];

/** Whether a type can be left out without changing the behaviour of the stack. */
export function onlyMattersInAws(type: string): boolean {
  return ONLY_IN_AWS.some((known) => (known.endsWith('::') ? type.startsWith(known) : type === known));
}
