import type { AwsCall } from './attempt.ts';
import { type Attributes, fromAttributes, toAttributes } from './attributes.ts';
import type { CallAws } from './call.ts';
import type { DynamoDb, EventBridge, SecretsManager, Sqs } from './operations.ts';

/** The services of AWS without the SDK. */

/** @param call how the operations of a service are called */
function operations(call: CallAws, api: string, where: Pick<AwsCall, 'service' | 'endpoint' | 'json'>) {
  return (name: string, body: object) => call({ ...where, target: `${api}.${name}`, body });
}

export function sqsClient(call: CallAws, endpoint: URL): Sqs {
  // its answers are those of AWS's API
  return operations(call, 'AmazonSQS', { service: 'sqs', endpoint }) as Sqs;
}

export function eventBridgeClient(call: CallAws, endpoint: URL): EventBridge {
  // its answers are those of AWS's API
  return operations(call, 'AWSEvents', { service: 'events', endpoint, json: '1.1' }) as EventBridge;
}

export function secretsManagerClient(call: CallAws, endpoint: URL): SecretsManager {
  const operation = operations(call, 'secretsmanager', { service: 'secretsmanager', endpoint, json: '1.1' });
  return async (name, input) => {
    // the shape of an answer of GetSecretValue
    const answer = (await operation(name, input)) as { SecretString?: string; SecretBinary?: string };
    const { SecretString, SecretBinary } = answer;
    return {
      SecretString,
      SecretBinary: SecretBinary === undefined ? undefined : Buffer.from(SecretBinary, 'base64'),
    };
  };
}

/** The parts of a call of DynamoDB that have items or parts of them. */
interface Wire<Values> {
  readonly Key?: Values;
  readonly Item?: Values;
  readonly Items?: readonly Values[];
  readonly ExpressionAttributeValues?: Values;
  readonly ExclusiveStartKey?: Values;
  readonly LastEvaluatedKey?: Values;
}

export function dynamoDbClient(call: CallAws, endpoint: URL): DynamoDb {
  const operation = operations(call, 'DynamoDB_20120810', { service: 'dynamodb', endpoint });
  const send = async (name: string, input: Wire<Record<string, unknown>>) => {
    const { Key, Item, ExpressionAttributeValues: values, ExclusiveStartKey: start, ...rest } = input;
    const answer = await operation(name, {
      ...rest,
      ...(Key && { Key: toAttributes(Key) }),
      ...(Item && { Item: toAttributes(Item) }),
      ...(values && { ExpressionAttributeValues: toAttributes(values) }),
      ...(start && { ExclusiveStartKey: toAttributes(start) }),
    });
    // the shape of DynamoDB's answers
    const { Item: item, Items: items, LastEvaluatedKey: last } = answer as Wire<Attributes>;
    return {
      Item: item && fromAttributes(item),
      Items: items?.map(fromAttributes),
      LastEvaluatedKey: last && fromAttributes(last),
    };
  };
  // each operation fills its own part of the answer
  return send as DynamoDb;
}
