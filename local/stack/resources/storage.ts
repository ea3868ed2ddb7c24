import { randomBytes } from 'node:crypto';
import type { CreateTableCommandInput, GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb';
import { isObject, type JsonObject } from '../template.ts';
import type { Make } from '../world.ts';

export const makeTable: Make = ({ logicalId, properties }, { tables, identity }) => {
  const capacity = properties.BillingMode === 'PAY_PER_REQUEST' ? {} : { ProvisionedThroughput: CAPACITY };
  // as CloudFormation writes this property, and as DynamoDB takes it
  const indexes = ((properties.GlobalSecondaryIndexes ?? []) as JsonObject[]).map(
    ({ IndexName, KeySchema, Projection }) =>
      ({ IndexName, KeySchema, Projection, ...capacity }) as unknown as GlobalSecondaryIndex,
  );
  // the template has what DynamoDB takes, under the same names
  const input = {
    TableName: identity(logicalId).name,
    KeySchema: properties.KeySchema,
    AttributeDefinitions: properties.AttributeDefinitions,
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
    ...(properties.LocalSecondaryIndexes && { LocalSecondaryIndexes: properties.LocalSecondaryIndexes }),
    ...(properties.BillingMode === 'PAY_PER_REQUEST' ? { BillingMode: 'PAY_PER_REQUEST' } : capacity),
  } as unknown as CreateTableCommandInput;
  // as CloudFormation writes this property
  const { Enabled, AttributeName } = (properties.TimeToLiveSpecification ?? {}) as JsonObject;
  return tables.create(input, Enabled === true ? String(AttributeName) : undefined);
};

/** The engine requires it and does not throttle. */
const CAPACITY = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };

/** The properties of a queue that change its behaviour, and not its permissions or encryption. */
const QUEUE_ATTRIBUTES = [
  'VisibilityTimeout',
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
];

export const makeQueue: Make = ({ logicalId, properties }, { queues, identity }) => {
  const { name, attributes } = identity(logicalId);
  const settings = QUEUE_ATTRIBUTES.filter((attribute) => properties[attribute] !== undefined).map(
    (attribute) => {
      const value = properties[attribute];
      return [attribute, isObject(value) ? JSON.stringify(value) : String(value)] as const;
    },
  );
  queues.create(name, attributes.Arn as string, Object.fromEntries(settings));
};

export const makeSecret: Make = ({ logicalId, properties }, { secrets, identity }) => {
  const { name, attributes } = identity(logicalId);
  secrets.create({ arn: attributes.Arn as string, name }, firstValue(properties));
};

function firstValue({ SecretString, GenerateSecretString }: JsonObject): string | undefined {
  if (typeof SecretString === 'string') return SecretString;
  if (!isObject(GenerateSecretString)) return undefined;
  const { PasswordLength = 32, SecretStringTemplate, GenerateStringKey } = GenerateSecretString;
  const password = randomBytes(Number(PasswordLength)).toString('base64url').slice(0, Number(PasswordLength));
  if (typeof SecretStringTemplate !== 'string') return password;
  return JSON.stringify({ ...JSON.parse(SecretStringTemplate), [String(GenerateStringKey)]: password });
}
