import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { EvergreenRooms } from '../../../lib/index.ts';
import { LINKS_TABLE } from '../../../local/engines/table-engines.ts';
import { appWith, type Resource, resources, roomsWith, stackWith, target } from '../../support/stacks.ts';

const DOMAIN = {
  linksDomain: 'meet.example.com',
  linksCertificate: 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-4333-8444-555555555555',
};

function functionNamed(template: Template, name: string): Resource {
  const found = Object.values(resources(template, 'AWS::Lambda::Function')).find(
    ({ Properties }) => Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME === name,
  );
  if (!found) throw new Error(`there is no function ${name}`);
  return found;
}

const variablesOf = (template: Template, name: string) =>
  functionNamed(template, name).Properties.Environment.Variables;

describe('links', () => {
  test('are on: workers know the table and where links begin, and visitors reach a function', () => {
    const template = Template.fromStack(stackWith());
    const [url] = Object.keys(resources(template, 'AWS::Lambda::Url'));
    for (const worker of ['create-rooms', 'rotate-rooms', 'reconcile-rooms']) {
      const variables = variablesOf(template, worker);
      expect(target(variables.LINKS_URL)).toBe(url);
      expect(variables.LINKS_TABLE).toEqual(variablesOf(template, 'open-room').LINKS_TABLE);
      expect(variables).not.toHaveProperty('LINK_NAMES');
    }
    expect(variablesOf(template, 'open-room').REQUESTS_QUEUE).toEqual(
      variablesOf(template, 'create-rooms').WORK_QUEUE,
    );
    template.hasOutput('LinksUrl', Match.anyValue());
  });

  test('have a table that the tests make alike', () => {
    const [table] = Object.entries(resources(Template.fromStack(stackWith()), 'AWS::DynamoDB::Table'))
      .filter(([id]) => id.includes('Links'))
      .map(([, { Properties }]) => Properties);
    const { KeySchema, AttributeDefinitions } = table;
    expect({ KeySchema, AttributeDefinitions }).toEqual({
      KeySchema: LINKS_TABLE.KeySchema,
      AttributeDefinitions: LINKS_TABLE.AttributeDefinitions,
    });
  });

  test('take the public address, its function and its table away where they are off', () => {
    const template = Template.fromStack(stackWith({ links: 'off' }));
    template.resourceCountIs('AWS::Lambda::Url', 0);
    template.resourceCountIs('AWS::DynamoDB::Table', 1);
    expect(JSON.stringify(template.toJSON())).not.toContain('LINKS_');
  });

  test('of two deployments in a stack have nothing in common: table, address, queue, permissions', () => {
    const stack = new Stack(appWith(), 'Own');
    const ids = ['Rooms', 'RoomsOfOthers'];
    for (const id of ids) new EvergreenRooms(stack, id, { applications: [{ provider: 'daily' }] });
    const template = Template.fromStack(stack);
    const all = Object.values(resources(template, 'AWS::Lambda::Function')).map(
      ({ Properties }) => Properties.Environment.Variables,
    );
    for (const variable of ['LINKS_TABLE', 'REQUESTS_QUEUE', 'LINKS_URL']) {
      const values = all.flatMap(({ [variable]: value }) =>
        value === undefined ? [] : [JSON.stringify(value)],
      );
      expect([variable, new Set(values).size]).toEqual([variable, 2]);
    }
    const policies = Object.entries(resources(template, 'AWS::IAM::Policy')).filter(([id]) =>
      id.includes('LinksRole'),
    );
    expect(policies).toHaveLength(2);
    for (const [id, { Properties }] of policies) {
      const named = JSON.stringify(Properties.PolicyDocument).match(/"Rooms\w+"/g) ?? [];
      const owners = named.map((name) => name.startsWith('"RoomsOfOthers'));
      expect(new Set(owners)).toEqual(new Set([id.startsWith('RoomsOfOthers')]));
    }
  });

  test('are reached by everybody without a domain, by both permissions that AWS asks for', () => {
    const template = Template.fromStack(stackWith());
    template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'NONE' });
    const allowed = Object.values(resources(template, 'AWS::Lambda::Permission'))
      .filter(({ Properties }) => Properties.Principal === '*')
      .map(({ Properties }) => Properties.Action);
    expect(allowed.sort()).toEqual(['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl']);
  });

  test('on a domain of their own are behind CloudFront, which alone may call the function, and keeps nothing', () => {
    const template = Template.fromStack(
      stackWith({ ...DOMAIN, linksHostedZone: { id: 'Z0123456789', name: 'example.com' } }),
    );
    template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM' });
    const principals = Object.values(resources(template, 'AWS::Lambda::Permission')).map(
      ({ Properties }) => Properties.Principal,
    );
    expect(principals).not.toContain('*');
    expect(principals).toContain('cloudfront.amazonaws.com');
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Aliases: ['meet.example.com'],
        DefaultCacheBehavior: {
          // the managed policy CachingDisabled
          CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
          ViewerProtocolPolicy: 'redirect-to-https',
        },
        Logging: Match.absent(),
        ViewerCertificate: {
          AcmCertificateArn: DOMAIN.linksCertificate,
          MinimumProtocolVersion: 'TLSv1.2_2021',
        },
      },
    });
    for (const worker of ['create-rooms', 'rotate-rooms'])
      expect(variablesOf(template, worker).LINKS_URL).toBe('https://meet.example.com/');
    const records = Object.values(resources(template, 'AWS::Route53::RecordSet')).map(({ Properties }) => [
      Properties.Type,
      Properties.Name,
      Properties.HostedZoneId,
    ]);
    expect(records.sort()).toEqual([
      ['A', 'meet.example.com.', 'Z0123456789'],
      ['AAAA', 'meet.example.com.', 'Z0123456789'],
    ]);
  });

  test('warn in prod where they would end with the stack', () => {
    const warned = (settings: Record<string, unknown>) =>
      Annotations.fromStack(stackWith(settings)).findWarning('*', Match.stringLikeRegexp('links begin'))
        .length;
    expect(warned({ stage: 'prod' })).toBe(1);
    expect(warned({ stage: 'prod', ...DOMAIN })).toBe(0);
    expect(warned({ stage: 'prod', links: 'off' })).toBe(0);
    expect(warned({ stage: 'dev' })).toBe(0);
  });

  test('look as the settings say', () => {
    const template = Template.fromStack(
      stackWith({
        linksPage: 'lobby',
        linksNames: 'on',
        linksTeam: 'Team "A"',
        linksContact: 'help@example.com',
        linksConcurrency: 20,
      }),
    );
    expect(JSON.parse(variablesOf(template, 'open-room').APPEARANCE)).toEqual({
      page: 'lobby',
      team: 'Team "A"',
      contact: 'help@example.com',
    });
    expect(variablesOf(template, 'create-rooms').LINK_NAMES).toBe('yes');
    expect(functionNamed(template, 'open-room').Properties.ReservedConcurrentExecutions).toBe(20);
  });

  test.each([
    [{ linksDomain: 'meet.example.com' }, /linksCertificate is missing: a domain for links needs both/],
    [{ linksCertificate: DOMAIN.linksCertificate }, /linksDomain is missing/],
    [
      { ...DOMAIN, linksDomain: 'https://meet.example.com' },
      /links.domain.name is 'https:.*must be a domain in lower case/,
    ],
    [{ ...DOMAIN, linksHostedZone: 'Z1' }, /linksHostedZone is "Z1", and must be an object with id and name/],
    [{ linksLogo: 'http://example.com/logo.png' }, /links.logo is .*must be an https address/],
    [{ linksPage: 'lobbby' }, /linksPage is "lobbby", and must be redirect or lobby/],
    [{ linksConcurrency: 1 }, /linksConcurrency is 1, and must be a whole number from 2 to 1000/],
  ])('of %j are refused with the reason', (settings, reason) => {
    expect(() => stackWith(settings)).toThrow(reason);
  });

  test.each([
    [{ links: 'on' }, /links is 'on', and must be an object/],
    [{ links: { lobby: true } }, /there is no property links.lobby/],
    [{ links: { domain: { name: 'meet.example.com' } } }, /links.domain.certificate is missing/],
    [{ links: { concurrency: 1.5 } }, /links.concurrency is 1.5, and must be a whole number from 2 to 1000/],
  ])('of plain JavaScript, %j, are refused too', (props, reason) => {
    expect(() => roomsWith(props as object)).toThrow(reason);
  });
});
