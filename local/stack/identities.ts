import { createHash } from 'node:crypto';
import type { Json, Place, TemplateResource } from './template.ts';

/** The values of `Ref` and `Fn::GetAtt` for a resource. */
export interface Identity {
  /** The name, unique among the resources of its type. */
  readonly name: string;
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Addresses that are known once the engines listen. */
export interface Addresses {
  readonly queueUrlPrefix: string;
  /** By the logical id of the `AWS::Lambda::Url`. */
  readonly functionUrls: Readonly<Record<string, string>>;
}

interface Naming {
  readonly logicalId: string;
  readonly place: Place;
  readonly addresses: Addresses;
  /** Returns a property, resolved. */
  text(property: string): string | undefined;
}

type Identify = (name: string, naming: Naming) => Omit<Identity, 'name'>;

const arn = (service: string, { place }: Naming, rest: string) =>
  `arn:aws:${service}:${place.region}:${place.account}:${rest}`;

const table: Identify = (name, naming) => ({
  ref: name,
  attributes: {
    Arn: arn('dynamodb', naming, `table/${name}`),
    StreamArn: arn('dynamodb', naming, `table/${name}/stream/local`),
  },
});

/** The types whose name, ARN or address other parts of a template use. */
const KNOWN: Readonly<Record<string, { nameProperty: string; identify: Identify }>> = {
  'AWS::DynamoDB::Table': { nameProperty: 'TableName', identify: table },
  'AWS::DynamoDB::GlobalTable': { nameProperty: 'TableName', identify: table },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    identify: (name, naming) => {
      const url = naming.addresses.queueUrlPrefix + name;
      return { ref: url, attributes: { Arn: arn('sqs', naming, name), QueueName: name, QueueUrl: url } };
    },
  },
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    identify: (name, naming) => ({
      ref: name,
      attributes: { Arn: arn('lambda', naming, `function:${name}`) },
    }),
  },
  'AWS::Lambda::Version': {
    nameProperty: 'FunctionName',
    identify: (name, naming) => {
      const version = `${functionArn(name, naming)}:1`;
      return { ref: version, attributes: { FunctionArn: version, Version: '1' } };
    },
  },
  'AWS::Lambda::Alias': {
    nameProperty: 'FunctionName',
    identify: (name, naming) => {
      const alias = `${functionArn(name, naming)}:${naming.text('Name')}`;
      return { ref: alias, attributes: { AliasArn: alias } };
    },
  },
  'AWS::Lambda::Url': {
    nameProperty: 'TargetFunctionArn',
    identify: (target, { addresses, logicalId }) => ({
      ref: target,
      attributes: { FunctionArn: target, FunctionUrl: addresses.functionUrls[logicalId] ?? '' },
    }),
  },
  'AWS::Events::EventBus': {
    nameProperty: 'Name',
    identify: (name, naming) => ({
      ref: name,
      attributes: { Arn: arn('events', naming, `event-bus/${name}`), Name: name },
    }),
  },
  'AWS::Events::Rule': {
    nameProperty: 'Name',
    identify: (name, naming) => ({ ref: name, attributes: { Arn: arn('events', naming, `rule/${name}`) } }),
  },
  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    identify: (name, naming) => ({
      ref: name,
      attributes: { Arn: arn('scheduler', naming, `schedule/default/${name}`) },
    }),
  },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    identify: (name, naming) => {
      // in AWS these six characters are random; here they are the same in every run
      const secret = arn('secretsmanager', naming, `secret:${name}-${digest(name).slice(0, 6)}`);
      return { ref: secret, attributes: { Id: secret, Arn: secret } };
    },
  },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    identify: (name) => ({
      ref: name,
      attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: `${name}.s3.amazonaws.com` },
    }),
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    identify: (name, naming) => ({
      ref: arn('sns', naming, name),
      attributes: { TopicArn: arn('sns', naming, name), TopicName: name },
    }),
  },
};

/**
 * Finds the identity of a resource without creating it.
 *
 * @param resolve replaces the intrinsic functions of a property
 * @param generatedName its name if the template gives none
 */
export function identityOf(
  logicalId: string,
  resource: TemplateResource,
  around: {
    place: Place;
    addresses: Addresses;
    resolve: (value: Json) => Json;
    generatedName: string;
  },
): Identity {
  const known = KNOWN[resource.Type];
  const text = (property: string) => {
    const value = resource.Properties?.[property];
    return value === undefined ? undefined : String(around.resolve(value));
  };
  const naming: Naming = { logicalId, place: around.place, addresses: around.addresses, text };
  const name =
    (known && text(known.nameProperty)) ??
    nameFor(resource.Type, around.generatedName, text('FifoQueue') === 'true');
  if (known) return { name, ...known.identify(name, naming) };
  const service = resource.Type.split('::')[1]?.toLowerCase() ?? 'unknown';
  return { name, ref: name, attributes: { Arn: arn(service, naming, name) } };
}

/**
 * Returns an attribute of a resource. For a type that is not created here, returns a text that shows where it
 * came from.
 */
export function attributeOf(identity: Identity, attribute: string): string {
  return identity.attributes[attribute] ?? `${identity.name}.${attribute}`;
}

function functionArn(nameOrArn: string, naming: Naming): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : arn('lambda', naming, `function:${nameOrArn}`);
}

function nameFor(type: string, generated: string, fifo: boolean): string {
  if (type === 'AWS::S3::Bucket') return generated.toLowerCase();
  return fifo ? `${generated.slice(0, 75)}.fifo` : generated.slice(0, 80);
}

function digest(text: string): string {
  return createHash('sha256')
    .update(text)
    .digest('base64')
    .replace(/[^A-Za-z]/g, '');
}
