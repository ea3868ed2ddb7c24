import { Duration, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { KEPT } from './removal.ts';

/** A file is read within minutes. It is kept longer, so that a person can check its content. */
const READABLE_FOR = Duration.days(30);

/** The bucket for `.ics` files. */
export function calendarBucket(scope: Construct, id: string, encryptionKey: IKey): Bucket {
  const bucket = new Bucket(scope, id, {
    encryption: BucketEncryption.KMS,
    encryptionKey,
    bucketKeyEnabled: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    versioned: true,
    lifecycleRules: [{ expiration: READABLE_FOR, noncurrentVersionExpiration: Duration.days(1) }],
    // a bucket with objects cannot be deleted, so deleting its stack would fail
    removalPolicy: KEPT,
  });
  // set as a property: the library's own way adds a function that sets it after the deployment
  // the class that CDK uses for a bucket
  (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
    eventBridgeConfiguration: { eventBridgeEnabled: true },
  };
  const told =
    'what was put there is in the log of the function that reads it, and in the versions of the object';
  Validations.of(bucket).acknowledge(
    { id: 'AwsSolutions-S1', reason: told },
    { id: 'cdk-validator-cfnguard::s3_bucket_logging_enabled_check', reason: told },
    {
      id: 'cdk-validator-cfnguard::s3_bucket_object_lock_enabled_check',
      reason:
        'a calendar that was put there by mistake must be removable; nothing relies on it once it was read',
    },
  );
  return bucket;
}
