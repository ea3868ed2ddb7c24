// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these placeholders are the templates' own
import { expect, test } from 'vitest';
import { resolveTemplate } from '../../../local/stack/resolve.ts';
import type { Json, JsonObject, Template } from '../../../local/stack/template.ts';

const PLACE = { stackName: 'Stack', region: 'eu-west-1', account: '000000000000' };
const ADDRESSES = { queueUrlPrefix: 'http://127.0.0.1:1/0/', functionUrls: {} };

/** Resolves one value in a template that has a queue, a table, a parameter, a mapping and two conditions. */
function resolve(value: Json, parameters: JsonObject = {}): Json | undefined {
  const template: Template = {
    Parameters: { Stage: { Type: 'String', Default: 'dev' }, Bare: { Type: 'String' } },
    Conditions: {
      IsDev: { 'Fn::Equals': [{ Ref: 'Stage' }, 'dev'] },
      IsProd: { 'Fn::Not': [{ Condition: 'IsDev' }] },
    },
    Mappings: { Sizes: { dev: { memory: 256 }, prod: { memory: 1024 } } },
    Resources: {
      WorkQueue0A1B2C3D: { Type: 'AWS::SQS::Queue' },
      Named: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::Sub': 'work-${Stage}' } } },
      Ordered: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
      OnlyInProd: { Type: 'AWS::SQS::Queue', Condition: 'IsProd' },
      Role: { Type: 'AWS::IAM::Role' },
      Key: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'key' } },
      Probe: { Type: 'Probe', Properties: { value } },
    },
  };
  const resolved = resolveTemplate(template, PLACE, ADDRESSES, parameters);
  return resolved.resources.find((resource) => resource.logicalId === 'Probe')?.properties.value;
}

test.each<[string, Json, Json | undefined]>([
  ['Ref of a queue', { Ref: 'WorkQueue0A1B2C3D' }, 'http://127.0.0.1:1/0/Stack-WorkQueue'],
  ['Ref of a named queue', { Ref: 'Named' }, 'http://127.0.0.1:1/0/work-dev'],
  ['Ref of a FIFO queue', { Ref: 'Ordered' }, 'http://127.0.0.1:1/0/Stack-Ordered.fifo'],
  ['GetAtt as a list', { 'Fn::GetAtt': ['Named', 'Arn'] }, 'arn:aws:sqs:eu-west-1:000000000000:work-dev'],
  ['GetAtt as a text', { 'Fn::GetAtt': 'Named.QueueName' }, 'work-dev'],
  [
    'GetAtt of what does not run',
    { 'Fn::GetAtt': ['Role', 'Arn'] },
    'arn:aws:iam:eu-west-1:000000000000:Stack-Role',
  ],
  ['a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
  ['a parameter', { Ref: 'Stage' }, 'dev'],
  ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Stage' }, 3]] }, 'a-dev-3'],
  [
    'Sub',
    { 'Fn::Sub': '${Named.Arn}/${Stage}/${!Literal}' },
    'arn:aws:sqs:eu-west-1:000000000000:work-dev/dev/${Literal}',
  ],
  [
    'Sub with variables',
    { 'Fn::Sub': ['${x}-${AWS::AccountId}', { x: { Ref: 'Stage' } }] },
    'dev-000000000000',
  ],
  ['Select and Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
  ['If', { 'Fn::If': ['IsDev', 'small', { 'Fn::Unknown': 1 }] }, 'small'],
  ['NoValue in an object', { a: 1, b: { 'Fn::If': ['IsProd', 2, { Ref: 'AWS::NoValue' }] } }, { a: 1 }],
  ['NoValue in a list', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
  ['FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'memory'] }, 256],
  ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
  ['And', { 'Fn::And': [{ Condition: 'IsDev' }, { 'Fn::Not': [{ Condition: 'IsProd' }] }] }, true],
  ['Or', { 'Fn::Or': [{ Condition: 'IsProd' }, { 'Fn::Equals': ['a', 'b'] }] }, false],
  ['an object of one ordinary field', { Reference: 'Stage' }, { Reference: 'Stage' }],
])('%s is resolved', (_name, value, expected) => {
  expect(resolve(value)).toEqual(expected);
});

test('a parameter can be given another value than its default, and conditions follow', () => {
  expect(resolve({ 'Fn::If': ['IsProd', { Ref: 'OnlyInProd' }, 'none'] }, { Stage: 'prod' })).toBe(
    'http://127.0.0.1:1/0/Stack-OnlyInProd',
  );
});

test('a resource whose condition does not hold is not there', () => {
  const template: Template = {
    Conditions: { Never: { 'Fn::Equals': [1, 2] } },
    Resources: { A: { Type: 'AWS::SQS::Queue', Condition: 'Never' }, B: { Type: 'AWS::SQS::Queue' } },
  };
  const { resources } = resolveTemplate(template, PLACE, ADDRESSES);
  expect(resources.map((resource) => resource.logicalId)).toEqual(['B']);
});

test('two generated names that would be the same keep their digits', () => {
  const queue = { Type: 'AWS::SQS::Queue' };
  const { identity } = resolveTemplate(
    { Resources: { A00000001: queue, A00000002: queue } },
    PLACE,
    ADDRESSES,
  );
  expect([identity('A00000001').name, identity('A00000002').name]).toEqual([
    'Stack-A00000001',
    'Stack-A00000002',
  ]);
});

test('the ARN of a secret ends in six letters that stay the same from run to run', () => {
  expect(resolve({ Ref: 'Key' })).toMatch(
    /^arn:aws:secretsmanager:eu-west-1:000000000000:secret:key-[A-Za-z]{6}$/,
  );
  expect(resolve({ Ref: 'Key' })).toBe(resolve({ Ref: 'Key' }));
});

test.each<[Json, string]>([
  [{ 'Fn::Transform': {} }, 'Probe: Fn::Transform is not known here; see local/stack/intrinsics.ts'],
  [{ Ref: 'Nobody' }, 'Probe: Nobody is neither a resource nor a parameter with a value'],
  [{ Ref: 'Bare' }, 'Probe: Bare is neither a resource nor a parameter with a value'],
  [{ 'Fn::GetAtt': ['Nobody', 'Arn'] }, 'Probe: there is no resource Nobody to ask for its Arn'],
  [{ 'Fn::If': ['Maybe', 1, 2] }, 'Probe: the template has no condition named Maybe'],
  [{ 'Fn::FindInMap': ['Sizes', 'test', 'memory'] }, 'Probe: the template has no mapping Sizes.test.memory'],
])('what cannot be resolved is named with its resource', (value, reason) => {
  expect(() => resolve(value)).toThrow(reason);
});
