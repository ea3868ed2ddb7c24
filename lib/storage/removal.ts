import { RemovalPolicy } from 'aws-cdk-lib';

/**
 * Kept when its stack is deleted or a setting no longer names it, unless the deployment that creates it
 * fails.
 */
export const KEPT = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

/** The policy for a resource that every deployment has. A resource that a setting names is always `KEPT`. */
export const ofEveryDeployment = (asked: RemovalPolicy): RemovalPolicy =>
  asked === RemovalPolicy.RETAIN ? KEPT : asked;
