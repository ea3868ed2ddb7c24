import { readFileSync } from 'node:fs';
import { type App, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import { findings } from '../support/findings.ts';
import { appWith, roomsWith, stackWith } from '../support/stacks.ts';

const LINKS_OF = {
  dev: {},
  prod: {
    linksDomain: 'meet.example.com',
    linksCertificate: 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-4333-8444-555555555555',
    linksHostedZone: { id: 'Z0123456789', name: 'example.com' },
  },
};

describe('a synthesis', () => {
  test('has no finding of AwsSolutions, of Control Tower or of the library in either stage, where others have', () => {
    const found = findings((app) => {
      for (const stage of ['dev', 'prod'] as const)
        stackWith(
          {
            stage,
            callbacks: 'on',
            calendarFeeds: 'team',
            calendarConnections: [{ name: 'office', kind: 'google', calendars: ['anna@example.org'] }],
            calendarFiles: 'on',
            ...LINKS_OF[stage],
          },
          app,
          stage,
        );
      const careless = new Stack(app, 'Careless');
      new Queue(careless, 'Queue');
      new CfnQueue(careless, 'Wrong', { visibilityTimeout: -1 });
    });
    expect(new Set(found.map(({ where }) => where))).toEqual(
      new Set(['Careless/Queue/Resource', 'Careless/Wrong']),
    );
    expect(new Set(found.map(({ by }) => by))).toEqual(
      new Set(['AwsSolutions', 'cdk-validator-cfnguard', 'CloudFormation Validate']),
    );
  }, 600_000);

  test('stops at a queue that hides its messages for less than six time-outs of its function', () => {
    const { stack } = roomsWith();
    for (const part of stack.node.findAll()) {
      if (part instanceof CfnFunction && part.node.path.includes('Planner')) part.timeout = 301;
    }
    expect(() => appOf(stack).synth()).toThrow(
      /the visibility timeout of queue Own\/Rooms\/Rotation\/Planner\/Inbox\/Queue is 1800 s, and must be at least 1806 s, six times the 301 s time-out of .*; raise the one or lower the other/,
    );
  });

  test('stops the same way where it is the queue that was changed', () => {
    const { stack } = roomsWith();
    for (const part of stack.node.findAll()) {
      if (part instanceof CfnQueue && part.node.path.includes('Requests/Inbox/Queue'))
        part.visibilityTimeout = 60;
    }
    expect(() => appOf(stack).synth()).toThrow(/Requests\/Inbox\/Queue is 60 s, and must be at least 360 s/);
  });

  test('warns of a schedule that leaves less than two runs before a room ends, and says which', () => {
    const stack = stackWith({
      renewBefore: 'P2D',
      schedule: 'cron(30 2 * * ? *)',
      timeZone: 'Europe/Berlin',
    });
    const [warning] = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('renewBefore'));
    expect(warning?.entry.data).toMatch(
      /renewBefore is 48 hours, and cron\(30 2 \* \* \? \*\) in Europe\/Berlin leaves up to 47.25 hours between two runs.*they are renewed 95 hours before instead/,
    );
  });

  test('warns of the placeholder of cdk.json, and makes a template that CloudFormation refuses', () => {
    const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));
    const stack = stackWith({ applications: context.applications });
    const [warning] = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('placeholder'));
    expect(warning?.entry.data).toMatch(
      /can be tried and not deployed; name your own in the context of cdk\.json/,
    );
    const { Parameters, Rules } = Template.fromStack(stack).toJSON();
    const [{ Assert, AssertDescription }] = Rules.ApplicationsAreNamed.Assertions;
    const [accepted, { Ref }] = Assert['Fn::Contains'];
    const { AllowedValues } = Parameters[Ref];
    expect(AllowedValues.filter((value: string) => accepted.includes(value))).toEqual([]);
    expect(warning?.entry.data).toContain(AssertDescription);
  });

  test('makes a template that CloudFormation takes of applications that are named', () => {
    expect(Template.fromStack(stackWith()).toJSON().Rules?.ApplicationsAreNamed).toBeUndefined();
  });

  test.each([
    [{}, 8],
    [{ calendarFiles: 'on' }, 10],
    [{ requestConcurrency: 20, rotationConcurrency: 7 }, 31],
  ])('says how many functions run at once with %j: %i', (settings, most) => {
    const stack = stackWith(settings);
    const [note] = Annotations.fromStack(stack).findInfo('*', Match.stringLikeRegexp('run at the same time'));
    expect(note?.entry.data).toMatch(
      new RegExp(`^at most ${most} functions .* raise requestConcurrency and rotationConcurrency`),
    );
  });

  test('says that callbacks reserve some of them, which a new account does not have', () => {
    const stack = stackWith({ callbacks: 'on' });
    const [note] = Annotations.fromStack(stack).findInfo('*', Match.stringLikeRegexp('run at the same time'));
    expect(note?.entry.data).toMatch(
      /at most 13 .* callbacks reserve 5 .* set callbackConcurrency to 'unreserved'/,
    );
  });

  test.each([
    ['cn-northwest-1', 'had no function URLs', /the deployment will fail; switch callbacks off/],
    ['me-central-1', 'had no function URLs', /switch callbacks off/],
    ['ap-southeast-7', 'had no function URLs', /switch callbacks off/],
    ['mx-central-1', 'had no archives', /the events are not archived/],
  ])('says what is missing in %s', (region, missing, what) => {
    const stack = stackWith({ callbacks: 'on', links: 'off' }, appWith(), 'There', {
      account: '123456789012',
      region,
    });
    const [warning, ...more] = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect(more).toEqual([]);
    expect(warning?.entry.data).toMatch(what);
    expect(warning?.entry.data).toContain(`region ${region} ${missing}`);
    Template.fromStack(stack).resourceCountIs('AWS::Events::Archive', missing.includes('archives') ? 0 : 1);
  });

  test('does not warn of what comes out of the box', () => {
    expect(Annotations.fromStack(stackWith()).findWarning('*', Match.anyValue())).toEqual([]);
  });
});

function appOf(stack: Stack): App {
  return Stage.of(stack) as App;
}
