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

test('no more events are written at once than Microsoft serves an app in a mailbox: four', () => {
  const calendarConnections = [{ name: 'office', kind: 'google', calendars: ['anna@example.org'] }];
  const template = Template.fromStack(stackWith({ calendarConnections }));
  const sources = Object.values(resources(template, 'AWS::Lambda::EventSourceMapping')).filter(
    ({ Properties }) => /WriteBack/.test(target(Properties.EventSourceArn)),
  );
  const atOnce = sources.map(
    ({ Properties: { BatchSize, ScalingConfig } }) => BatchSize * ScalingConfig.MaximumConcurrency,
  );
  expect(atOnce).toEqual([4]);
  // each container has its part of a quota
  expect(sources[0]?.Properties.ScalingConfig.MaximumConcurrency).toBe(WRITERS);
});
