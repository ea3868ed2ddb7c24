import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { WRITERS } from '../../../functions/adapters/calendars/quota.ts';
import { resources, stackWith, target } from '../../support/stacks.ts';

const warnings = (writeBack: string, calendarScope: string) =>
  Annotations.fromStack(
    stackWith({
      calendarScope,
      calendarConnections: [{ name: 'office', kind: 'google', calendars: ['anna@example.org'], writeBack }],
    }),
  ).findWarning('*', Match.stringLikeRegexp('no link is written into a series'));

test('whoever has a room for each occurrence is warned that no link is written into a series', () => {
  expect(warnings('full', 'occurrence')).toHaveLength(1);
  expect(warnings('full', 'series')).toEqual([]);
  expect(warnings('off', 'occurrence')).toEqual([]);
});

test('as many containers write as share a quota', () => {
  const calendarConnections = [{ name: 'office', kind: 'google', calendars: ['anna@example.org'] }];
  const template = Template.fromStack(stackWith({ calendarConnections }));
  const sources = Object.values(resources(template, 'AWS::Lambda::EventSourceMapping')).filter(
    ({ Properties }) => /WriteBack/.test(target(Properties.EventSourceArn)),
  );
  expect(sources.map(({ Properties }) => Properties.ScalingConfig.MaximumConcurrency)).toEqual([WRITERS]);
});
