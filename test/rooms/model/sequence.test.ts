import { expect, test } from 'vitest';
import { sequenceOf, standing } from '../../../functions/rooms/model/sequence.ts';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { aSpec, START } from '../../support/rooms.ts';
import { aRequest } from '../../support/world.ts';

const at = 1;

test('a lifetime that was calculated from an expiry is no content: asking again is the same request', () => {
  const asked = (lifetime: number) =>
    sequenceOf(aRequest({ at, spec: aSpec({ expiresAt: START + 30 * DAY, lifetime }) })).value;
  expect(asked(30 * DAY)).toBe(asked(29 * DAY));
});

test('a lifetime that was asked for is content', () => {
  const asked = (lifetime: number) => sequenceOf(aRequest({ at, spec: aSpec({ lifetime }) })).value;
  expect(asked(30 * DAY)).not.toBe(asked(29 * DAY));
});

test('of two requests of one instant a cancellation is the newer', () => {
  const value = (action: 'ensure' | 'cancel') => sequenceOf(aRequest({ at, action })).value;
  expect(value('cancel') > value('ensure')).toBe(true);
});

test('two requests that end at one time are two requests', () => {
  const asked = (display_name: string) =>
    sequenceOf(aRequest({ at, spec: aSpec({ expiresAt: START + 30 * DAY, settings: { display_name } }) }))
      .value;
  expect(asked('Weekly')).not.toBe(asked('Monthly'));
});

test.each([
  ['hold', 'hold'],
  ['release', 'hold'],
  ['rotate', 'rotate'],
  ['cancel', 'request'],
] as const)('news of %s are ordered among those of %s', (action, source) => {
  expect(sequenceOf(aRequest({ at, action })).source).toBe(source);
});

test('all is new to a key that has no row', () => {
  expect(standing(undefined, sequenceOf(aRequest({ at })))).toBe('new');
});
