import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { journey } from '../../journey/journey.ts';
import { type Resource, resources, stackWith, target } from '../../support/stacks.ts';

const variablesOf = (template: Template) =>
  Object.fromEntries(
    Object.values(resources(template, 'AWS::Lambda::Function')).map(({ Properties }: Resource) => {
      const { Variables } = Properties.Environment;
      return [Variables.POWERTOOLS_SERVICE_NAME, Variables];
    }),
  );

describe('callbacks', () => {
  test('are off unless somebody switches them on: there is no public address but that of the links', () => {
    const template = Template.fromStack(stackWith());
    template.resourceCountIs('AWS::Lambda::Url', 1);
    expect(JSON.stringify(variablesOf(template))).not.toContain('CALLBACKS');
  });

  test('are taken five at a time, by executions that are reserved for them, unless somebody reserves none', () => {
    const reserved = (settings: Record<string, unknown>) =>
      Object.values(resources(Template.fromStack(stackWith(settings)), 'AWS::Lambda::Function'))
        .filter(({ Properties }) => Properties.Environment.Variables.ROTATIONS_QUEUE)
        .map(({ Properties }) => Properties.ReservedConcurrentExecutions)
        .filter((count) => count !== undefined);
    expect(reserved({ callbacks: 'on' })).toEqual([5]);
    expect(reserved({ callbacks: 'on', callbackConcurrency: '9' })).toEqual([9]);
    expect(reserved({ callbacks: 'on', callbackConcurrency: 'unreserved' })).toEqual([]);
    expect(() => stackWith({ callbackConcurrency: 0 })).toThrow(
      'setting callbackConcurrency is 0, and must be unreserved or a whole number from 1 to 1000',
    );
  });

  test('are told to the workers that make rooms, with what signs their addresses', () => {
    const template = Template.fromStack(stackWith({ callbacks: 'on' }));
    const url = Object.keys(resources(template, 'AWS::Lambda::Url')).find((id) => /Callbacks/.test(id));
    const variables = variablesOf(template);
    for (const worker of ['create-rooms', 'rotate-rooms']) {
      expect(target(variables[worker].CALLBACKS_URL)).toBe(url);
      expect(variables[worker].CALLBACKS_SECRET).toEqual(variables['room-callbacks'].CALLBACKS_SECRET);
    }
    expect(variables['reconcile-rooms']).not.toHaveProperty('CALLBACKS_SECRET');
    expect(variables['room-callbacks'].ROTATIONS_QUEUE).toEqual(variables['rotate-rooms'].WORK_QUEUE);
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
    });
  });
});

describe('a room that ends before its time', () => {
  const system = journey({ callbacks: 'on' });

  test('is opened again as soon as its provider tells, by the template as it is deployed', async () => {
    const { ask, emulator, news, room, stack } = system();
    await ask({ key: 'weekly', display_name: 'Weekly', lifetime: 'P30D' });
    const [made] = emulator.rooms();
    emulator.expireRoom(made?.id ?? '');
    await emulator.settle();
    await stack.settle();
    expect(await room('weekly')).toMatchObject({ state: 'active', generation: 2 });
    expect(news('weekly').map(([type]) => type)).toEqual(['Room Created', 'Room Rotated']);
  });
});
