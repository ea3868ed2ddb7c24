import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb';
import type { DynamoDb, SecretsManager } from '../functions/adapters/aws/operations.ts';

/**
 * The functions' adapters with the clients of the SDK: a person's credentials, region and proxy are found
 * where the AWS CLI finds them.
 */

const COMMANDS = { GetItem: GetCommand, PutItem: PutCommand, Query: QueryCommand, Scan: ScanCommand };

export function dynamoDbOf(client: DynamoDBClient): DynamoDb {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  // the types of an operation are those of its command
  return (name, input) => documents.send(new COMMANDS[name](input as never) as never) as never;
}

export function secretsManagerOf(client: SecretsManagerClient): SecretsManager {
  return (_name, input) => client.send(new GetSecretValueCommand(input));
}
