import type { PutEventsCommandOutput, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type {
  GetSecretValueCommandInput,
  GetSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import type {
  ChangeMessageVisibilityCommandInput,
  SendMessageBatchCommandInput,
  SendMessageBatchCommandOutput,
  SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type {
  GetCommandInput,
  GetCommandOutput,
  PutCommandInput,
  QueryCommandInput,
  QueryCommandOutput,
  ScanCommandInput,
  ScanCommandOutput,
} from '@aws-sdk/lib-dynamodb';

/**
 * Calls an operation of a service by its name in AWS's API. The types of inputs and outputs are the SDK's, so
 * that a port can be served with and without it.
 */
type Service<Operations extends Record<keyof Operations, Operation>> = <Name extends keyof Operations>(
  name: Name,
  input: Operations[Name]['input'],
) => Promise<Operations[Name]['output']>;

interface Operation {
  readonly input: object;
  readonly output: object;
}

/** Items are plain values, as in the SDK's document client; attributes that are undefined are left out. */
export type DynamoDb = Service<{
  GetItem: { input: GetCommandInput; output: Answer<GetCommandOutput> };
  PutItem: { input: PutCommandInput; output: object };
  Query: { input: QueryCommandInput; output: Answer<QueryCommandOutput> };
  Scan: { input: ScanCommandInput; output: Answer<ScanCommandOutput> };
}>;

export type EventBridge = Service<{
  PutEvents: { input: { Entries: readonly EventEntry[] }; output: Answer<PutEventsCommandOutput> };
}>;

export type SecretsManager = Service<{
  GetSecretValue: { input: GetSecretValueCommandInput; output: Answer<GetSecretValueCommandOutput> };
}>;

export type Sqs = Service<{
  ChangeMessageVisibility: { input: ChangeMessageVisibilityCommandInput; output: object };
  SendMessage: { input: SendMessageCommandInput; output: object };
  SendMessageBatch: { input: SendMessageBatchCommandInput; output: Answer<SendMessageBatchCommandOutput> };
}>;

export interface EventEntry extends Omit<PutEventsRequestEntry, 'Time'> {
  /** Seconds since 1970. */
  readonly Time: number;
}

type Answer<Output> = Omit<Output, '$metadata'>;

/** Whether a write was refused because its condition does not hold. */
export function isConditionFailed(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
