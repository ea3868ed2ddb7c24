import type { Make } from '../world.ts';
import { makeBucket, makeNotifications } from './buckets.ts';
import { makeEventSource, makeFunction, makeFunctionUrl } from './compute.ts';
import { makeBus, makeRule, makeSchedule } from './routing.ts';
import { makeQueue, makeSecret, makeTable } from './storage.ts';

/** The types that run, in the order in which they are made: whatever is wired comes after what it is wired to. */
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
 * The types that only matter in AWS: who may do what, how it is encrypted, kept, watched and described. A name that
 * ends in `::` stands for all types of the service.
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

/** Whether a type can be left out without changing what the stack does. */
export function onlyMattersInAws(type: string): boolean {
  return ONLY_IN_AWS.some((known) => (known.endsWith('::') ? type.startsWith(known) : type === known));
}
