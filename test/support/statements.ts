import type { Template } from 'aws-cdk-lib/assertions';
import { type Resource, resources, target } from './stacks.ts';

/** A statement of a policy in a template. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Names for the resources of statements, by logical ids. */
export type Things = readonly (readonly [id: RegExp, thing: string])[];

export const listed = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** The statements of the inline policies of a role. */
export function statementsOfRole(template: Template, role: string): Statement[] {
  return Object.values(resources(template, 'AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles?.some((reference: object) => target(reference) === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

/** Returns the statements of a managed policy, by a part of its logical id. */
export function statementsOfPolicy(template: Template, part: string): Statement[] {
  const [, found] = Object.entries(resources(template, 'AWS::IAM::ManagedPolicy')).find(([id]) =>
    id.includes(part),
  ) as [string, Resource];
  return found.Properties.PolicyDocument.Statement;
}

/** Returns `verb on kind of thing` for everything that the statements allow. */
export function permissionsOf(statements: readonly Statement[], things: Things): string[] {
  return statements.flatMap(({ Action, Resource: on, Condition }) =>
    listed(Action).flatMap((action) =>
      listed(on).map((resource) => `${action} on ${thing(resource, things)}${via(Condition)}`),
    ),
  );
}

/** The key may be used only through the service whose data it encrypts. */
function via(condition: Statement['Condition']): string {
  const service = JSON.stringify(condition)?.match(/"kms:ViaService":.*?"(\w+)\./)?.[1];
  return service ? ` via ${service}` : '';
}

export function thing(resource: unknown, things: Things): string {
  const id = typeof resource === 'object' ? target(resource as object) : String(resource);
  return things.find(([pattern]) => pattern.test(id))?.[1] ?? id;
}

/** How the key is used when a service reads or writes encrypted data. */
const KEY_OF: Record<string, string[]> = {
  'dynamodb:GetItem': ['Decrypt', 'DescribeKey'],
  'dynamodb:Query': ['Decrypt', 'DescribeKey'],
  'dynamodb:Scan': ['Decrypt', 'DescribeKey'],
  'dynamodb:PutItem': [
    'Decrypt',
    'DescribeKey',
    'Encrypt',
    'GenerateDataKey',
    'ReEncryptFrom',
    'ReEncryptTo',
  ],
  'sqs:ReceiveMessage': ['Decrypt'],
  'sqs:SendMessage': ['Decrypt', 'GenerateDataKey'],
  'secretsmanager:GetSecretValue': ['Decrypt'],
  'secretsmanager:PutSecretValue': ['Decrypt', 'GenerateDataKey'],
  's3:GetObject': ['Decrypt'],
  's3:PutObject': ['GenerateDataKey'],
};

/** Returns the permissions, and those for the keys of their resources. */
export function withKey(permissions: readonly string[]): string[] {
  const ofKey = permissions.flatMap((permission) => {
    const [action = ''] = permission.split(' on ');
    const [service] = action.split(':');
    return (KEY_OF[action] ?? []).map((verb) => `kms:${verb} on key via ${service}`);
  });
  return [...permissions, ...ofKey];
}

export const sorted = (permissions: readonly string[]) => [...new Set(permissions)].sort();
