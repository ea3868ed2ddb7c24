import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { type Resource, resources, stackWith, templateWith } from '../support/stacks.ts';

const all = (template: Template, type: string): Resource[] => Object.values(resources(template, type));

/** What is precious: the rooms, the key that reads them, and the private keys. */
const PRECIOUS = ['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::SecretsManager::Secret'];

describe('the stage prod', () => {
  const stack = stackWith({ stage: 'prod' });
  const template = Template.fromStack(stack);

  test('keeps what is precious when the stack goes, and the stack from going', () => {
    for (const type of PRECIOUS) {
      for (const resource of all(template, type)) expect(resource.DeletionPolicy, type).toBe('Retain');
    }
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(stack.terminationProtection).toBe(true);
  });

  test('keeps its logs for a year', () => {
    for (const { Properties } of all(template, 'AWS::Logs::LogGroup')) {
      expect(Properties.RetentionInDays).toBe(365);
    }
  });
});

describe('the stage dev', () => {
  const stack = stackWith({ stage: 'dev' });
  const template = Template.fromStack(stack);

  test('goes with its stack, and leaves nothing behind', () => {
    for (const [id, resource] of Object.entries(template.toJSON().Resources as Record<string, Resource>)) {
      expect(resource.DeletionPolicy ?? 'Delete', id).toBe('Delete');
    }
    template.hasResourceProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: false });
    expect(stack.terminationProtection).toBe(false);
  });
});

describe('a stack', () => {
  test('is tagged with what it is', () => {
    const tags = all(templateWith({ deployment: 'k3x7q' }), 'AWS::DynamoDB::Table')[0]?.Properties.Tags;
    expect(tags).toEqual([
      { Key: 'evergreen-rooms', Value: 'k3x7q' },
      { Key: 'project', Value: 'evergreen-rooms' },
      { Key: 'stage', Value: 'dev' },
    ]);
  });

  test('ends in commands that are ready to be run', () => {
    const outputs = templateWith().toJSON().Outputs as Record<
      string,
      { Value: unknown; Description: string }
    >;
    const command = (name: string) => JSON.stringify(outputs[name]?.Value).replace(/\\"/g, '"');
    expect(command('PutPrivateKey1')).toMatch(/evergreen-rooms -- credentials put .*--file private\.key/);
    expect(command('SendRequest')).toMatch(/aws sqs send-message .*--message-body '\{.*"key\\?":/);
    expect(command('ListRooms')).toMatch(/aws dynamodb scan/);
    expect(command('ListRooms')).not.toMatch(/host/i);
    expect(command('RotateNow')).toMatch(/PlannerInboxQueue/);
    expect(command('ReconcileNow')).toMatch(/ReconciliationWorkerInboxQueue/);
    expect(command('OpenDashboard')).toMatch(/dashboards\/dashboard/);
    expect(command('ReadUndelivered')).toMatch(/--visibility-timeout 0/);
    for (const what of ['Requests', 'Rotations', 'Plans', 'Reconciliations']) {
      expect(command(`ReadDead${what}`)).toMatch(/aws sqs receive-message .*--visibility-timeout 0/);
      expect(command(`Retry${what}`)).toBe(
        `"npm run --silent evergreen-rooms -- redrive ${what.toLowerCase()} --stack Test"`,
      );
    }
    for (const { Description } of Object.values(outputs)) expect(Description).toMatch(/^[A-Z]/);
  });
});
