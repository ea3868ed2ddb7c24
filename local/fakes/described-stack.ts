import { randomUUID } from 'node:crypto';
import { escaped } from '../engines/sqs-query.ts';
import type { LambdaFunction } from '../lambda/function.ts';
import type { ResolvedTemplate } from '../stack/resolve.ts';
import { ServiceError } from './service-error.ts';

/** The running stack, as CloudFormation and Lambda describe it. */
export interface DescribedStack {
  readonly template: ResolvedTemplate;
  readonly functions: readonly LambdaFunction[];
}

/** The version of the API that a form names; no other service of the query protocol has it. */
export const CLOUDFORMATION_VERSION = '2010-05-15';

type Tell = (stack: DescribedStack) => string;

const ACTIONS: Readonly<Record<string, Tell>> = {
  DescribeStacks: ({ template }) =>
    `<Stacks><member>${element('StackName', template.stackName)}${element('StackId', template.stackId)}` +
    '<StackStatus>CREATE_COMPLETE</StackStatus>' +
    `${element('CreationTime', new Date().toISOString())}` +
    `<Outputs>${Object.entries(template.outputs)
      .map(
        ([name, value]) => `<member>${element('OutputKey', name)}${element('OutputValue', value)}</member>`,
      )
      .join('')}</Outputs></member></Stacks>`,
  ListStackResources: ({ template }) =>
    `<StackResourceSummaries>${template.resources
      .map(
        ({ logicalId, type }) =>
          `<member>${element('LogicalResourceId', logicalId)}${element('ResourceType', type)}` +
          `${element('PhysicalResourceId', physicalId(template, logicalId))}` +
          '<ResourceStatus>CREATE_COMPLETE</ResourceStatus>' +
          `${element('LastUpdatedTimestamp', new Date().toISOString())}</member>`,
      )
      .join('')}</StackResourceSummaries>`,
};

/**
 * Answers as CloudFormation's query protocol does, for one stack with its outputs.
 *
 * @returns XML
 */
export function cloudFormationAnswer(form: URLSearchParams, stack: DescribedStack | undefined): string {
  const action = form.get('Action') ?? '';
  const tell = ACTIONS[action];
  if (!tell)
    throw new ServiceError(
      'InvalidAction',
      `${action} is not covered on one machine; ${Object.keys(ACTIONS).join(', ')} are`,
    );
  const name = form.get('StackName');
  const isThis = name === null || name === stack?.template.stackName || name === stack?.template.stackId;
  if (!stack || !isThis) {
    const runs = stack ? `; ${stack.template.stackName} runs here` : '';
    throw new ServiceError('ValidationError', `Stack with id ${name} does not exist${runs}`);
  }
  return (
    `<${action}Response xmlns="http://cloudformation.amazonaws.com/doc/${CLOUDFORMATION_VERSION}/">` +
    `<${action}Result>${tell(stack)}</${action}Result>` +
    `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${action}Response>`
  );
}

/** @returns XML */
export function cloudFormationError({ code, message }: ServiceError): string {
  return (
    `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/${CLOUDFORMATION_VERSION}/"><Error>` +
    `<Type>Sender</Type>${element('Code', code)}${element('Message', message)}</Error></ErrorResponse>`
  );
}

/** Answers Lambda's `GetFunctionConfiguration`, with the fields that finding a deployment needs. */
export function functionConfiguration(name: string, stack: DescribedStack | undefined): object {
  const found = stack?.functions.find(({ definition }) => definition.name === name);
  if (!found) throw new ServiceError('ResourceNotFoundException', `Function not found: ${name}`);
  const { environment } = found.definition;
  return {
    FunctionName: name,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    Environment: { Variables: environment },
  };
}

/** Some types are not created here, and have no name. */
function physicalId(template: ResolvedTemplate, logicalId: string): string {
  try {
    return template.identity(logicalId).ref;
  } catch {
    return logicalId;
  }
}

const element = (name: string, text: string) => `<${name}>${escaped(text)}</${name}>`;
