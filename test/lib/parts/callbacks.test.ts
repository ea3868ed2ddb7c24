import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import type { Zoom } from '../../../emulators/zoom/zoom.ts';
import { LOCAL_PROVIDERS } from '../../../local/rooms/providers.ts';
import { DAY, journey, journeyWith } from '../../journey/journey.ts';
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

describe('the webhooks of an account at Zoom', () => {
  const zoom = { provider: 'zoom', accountId: 'account', clientId: 'app', hosts: ['ann@example.org'] };
  const settings = { applications: [{ provider: 'daily' }, { ...zoom, name: 'main' }] };
  const template = Template.fromStack(stackWith({ ...settings, callbacks: 'on' }));
  const webhookSecret = Object.keys(resources(template, 'AWS::SecretsManager::Secret')).find((id) =>
    /Webhookofmain/.test(id),
  );

  test('have one address for the account, and a secret that is empty until a person fills it', () => {
    expect(variablesOf(template)['room-callbacks'].WEBHOOKS['Fn::Join'][1]).toEqual([
      '[{"application":"main","path":"/webhooks/main","secret":"',
      { Ref: webhookSecret },
      '"}]',
    ]);
    expect(
      resources(template, 'AWS::SecretsManager::Secret')[webhookSecret ?? '']?.Properties,
    ).not.toHaveProperty('GenerateSecretString');
    const outputs = JSON.stringify(template.toJSON().Outputs);
    expect(outputs).toContain('webhooks/main');
    expect(outputs).toContain('credentials put main-webhook');
  });

  test('are read by the function that is public, and its client secret is not', () => {
    const policies = JSON.stringify(
      Object.entries(resources(template, 'AWS::IAM::Policy')).filter(([id]) => /Callbacks/.test(id)),
    );
    expect(policies).toContain(webhookSecret);
    const others = Object.keys(resources(template, 'AWS::SecretsManager::Secret')).filter((id) =>
      /Applications/.test(id),
    );
    expect(others).toHaveLength(3);
    for (const id of others.filter((each) => each !== webhookSecret)) expect(policies).not.toContain(id);
  });

  test('have a secret that an operator may put', () => {
    const policies = JSON.stringify(resources(template, 'AWS::IAM::ManagedPolicy'));
    expect(policies).toContain(webhookSecret);
  });

  test('are none while callbacks are off', () => {
    const off = Template.fromStack(stackWith(settings));
    expect(Object.keys(resources(off, 'AWS::SecretsManager::Secret')).join()).not.toMatch(/Webhook/);
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

describe('a meeting at Zoom', () => {
  const system = journeyWith(() => LOCAL_PROVIDERS.zoom(), { callbacks: 'on' });

  test('begins the life of its room anew as soon as Zoom tells, by the template as it is deployed', async () => {
    const { ask, emulator, news, room, stack } = system();
    const zoom = emulator as Zoom;
    const environments = stack.functions.map(({ definition }) => definition.environment);
    const [webhook] = JSON.parse(environments.find(({ WEBHOOKS }) => WEBHOOKS)?.WEBHOOKS ?? '[]');
    stack.secrets.put(webhook.secret, 'the-secret-token');
    zoom.subscribe({ url: stack.template.outputs.WebhookUrl1 ?? '', secretToken: 'the-secret-token' });
    await ask({ key: 'weekly', display_name: 'Weekly', lifetime: 'P30D' });
    await stack.turnTo(stack.clock.now() + 2 * DAY);
    const { guestUrl, expiresAt } = await room('weekly');
    zoom.join(guestUrl ?? '', 'Ann');
    await emulator.settle();
    await stack.settle();
    expect(zoom.callbacks).toMatchObject([
      { event: 'endpoint.url_validation', status: 200 },
      { event: 'meeting.created', status: 204 },
      { event: 'meeting.started', status: 204 },
    ]);
    expect(Date.parse((await room('weekly')).expiresAt ?? '') - Date.parse(expiresAt ?? '')).toBeCloseTo(
      2 * DAY,
      -5,
    );
    expect(news('weekly')).toEqual([
      ['Room Created', 1, 'requested'],
      ['Room Updated', 1, 'used'],
    ]);
  });
});
