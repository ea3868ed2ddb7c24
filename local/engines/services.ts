import { awsCaller } from '../../functions/adapters/aws/call.ts';
import {
  dynamoDbClient,
  eventBridgeClient,
  secretsManagerClient,
  sqsClient,
} from '../../functions/adapters/aws/clients.ts';
import type { DynamoDb, EventBridge, SecretsManager, Sqs } from '../../functions/adapters/aws/operations.ts';
import { DUMMY_CREDENTIALS } from './credentials.ts';

/** The services of AWS on this machine, as the functions call them. */

export const localCall = awsCaller(
  { ...DUMMY_CREDENTIALS, region: 'local' },
  { timeOut: 5000, attempts: 4, keepsWords: true },
);

export function dynamoDbAt(endpoint: string): DynamoDb {
  return dynamoDbClient(localCall, new URL(endpoint));
}

export function eventBridgeAt(endpoint: string): EventBridge {
  return eventBridgeClient(localCall, new URL(endpoint));
}

export function secretsManagerAt(endpoint: string): SecretsManager {
  return secretsManagerClient(localCall, new URL(endpoint));
}

export function sqsAt(endpoint: string): Sqs {
  return sqsClient(localCall, new URL(endpoint));
}
