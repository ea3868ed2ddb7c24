import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { stackWith } from '../../support/stacks.ts';

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
