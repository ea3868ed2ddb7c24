import { expect, test } from 'vitest';
import { compilePattern } from '../../../local/fakes/pattern.ts';
import type { JsonObject } from '../../../local/stack/template.ts';

const event = {
  source: 'team.calendar',
  'detail-type': 'Calendar Event Created',
  resources: [],
  detail: {
    title: 'Weekly*Review',
    count: 3,
    price: 2.5,
    cancelled: false,
    location: null,
    tags: ['red', 'green'],
    address: '10.1.2.3',
    owner: { id: 'u-7' },
    rooms: [
      { name: 'a', floor: 1 },
      { name: 'b', floor: 2 },
    ],
  },
};

const detail = (pattern: JsonObject): JsonObject => ({ detail: pattern });

test.each<[string, JsonObject]>([
  ['one of several exact values', { source: ['other', 'team.calendar'] }],
  ['several fields', { source: ['team.calendar'], 'detail-type': ['Calendar Event Created'] }],
  ['a nested field', detail({ owner: { id: ['u-7'] } })],
  ['a number, a boolean and null', detail({ count: [3], cancelled: [false], location: [null] })],
  ['one element of a list', detail({ tags: ['green'] })],
  ['one object of a list', detail({ rooms: { name: ['b'], floor: [2] } })],
  ['a prefix', { source: [{ prefix: 'team.' }] }],
  ['a prefix of any case', { source: [{ prefix: { 'equals-ignore-case': 'TEAM.' } }] }],
  ['a suffix', { 'detail-type': [{ suffix: 'Created' }] }],
  ['any case', { source: [{ 'equals-ignore-case': 'TEAM.Calendar' }] }],
  ['a wildcard', { 'detail-type': [{ wildcard: 'Calendar * Created' }] }],
  ['an escaped asterisk', detail({ title: [{ wildcard: 'Weekly\\*R*' }] })],
  ['a field that is there', detail({ count: [{ exists: true }] })],
  [
    'a field that is not there',
    detail({ nothing: [{ exists: false }], owner: { name: [{ exists: false }] } }),
  ],
  ['a range of numbers', detail({ price: [{ numeric: ['>', 2, '<=', 2.5] }] })],
  ['an equal number', detail({ count: [{ numeric: ['=', 3] }] })],
  ['anything but a value', detail({ count: [{ 'anything-but': 4 }] })],
  ['anything but several values', { source: [{ 'anything-but': ['a', 'b'] }] }],
  ['anything but a prefix', { source: [{ 'anything-but': { prefix: 'aws.' } }] }],
  ['anything but several suffixes', { source: [{ 'anything-but': { suffix: ['.x', '.y'] } }] }],
  ['anything but a wildcard', { source: [{ 'anything-but': { wildcard: '*.mail' } }] }],
  ['an address of a block', detail({ address: [{ cidr: '10.1.0.0/16' }] })],
  ['one of two alternatives', { $or: [{ source: ['x'] }, { 'detail-type': [{ prefix: 'Calendar' }] }] }],
  ['an alternative inside', detail({ $or: [{ count: [9] }, { count: [3] }] })],
])('%s matches', (_name, pattern) => {
  expect(compilePattern(pattern)(event)).toBe(true);
});

test.each<[string, JsonObject]>([
  ['another value', { source: ['team'] }],
  ['one field of two', { source: ['team.calendar'], 'detail-type': ['Other'] }],
  ['a number written as text', detail({ count: ['3'] })],
  ['a missing field', detail({ nothing: ['x'] })],
  ['an empty list', { resources: ['x'] }],
  ['two objects of a list that match half each', detail({ rooms: { name: ['a'], floor: [2] } })],
  ['a prefix further on', { source: [{ prefix: 'calendar' }] }],
  ['a suffix further up', { source: [{ suffix: 'team' }] }],
  ['a wildcard that needs more', { source: [{ wildcard: 'team.*x' }] }],
  ['an asterisk that is escaped and not there', { source: [{ wildcard: 'team\\*calendar' }] }],
  ['a field that should not be there', detail({ count: [{ exists: false }] })],
  ['a field that should be there', detail({ nothing: [{ exists: true }] })],
  ['a number past its bound', detail({ price: [{ numeric: ['>', 2.5] }] })],
  ['text where a number is compared', detail({ title: [{ numeric: ['>', 0] }] })],
  ['the value that is excepted', detail({ count: [{ 'anything-but': [1, 3] }] })],
  ['a missing field with anything but', detail({ nothing: [{ 'anything-but': 1 }] })],
  ['the prefix that is excepted', { source: [{ 'anything-but': { prefix: 'team' } }] }],
  ['an address outside its block', detail({ address: [{ cidr: '10.2.0.0/16' }] })],
  ['none of two alternatives', { $or: [{ source: ['x'] }, { source: ['y'] }] }],
])('%s does not match', (_name, pattern) => {
  expect(compilePattern(pattern)(event)).toBe(false);
});

test.each<[JsonObject, string]>([
  [{ source: [{ like: 'x' }] }, '"like" is not an operator of event patterns'],
  [{ source: 'x' }, '"source" of an event pattern must be a list or an object, got "x"'],
  [{ detail: { n: [{ numeric: ['>', 'x'] }] } }, '"numeric" takes pairs of a comparison and a number'],
])('a pattern that cannot be is refused when it is read', (pattern, reason) => {
  expect(() => compilePattern(pattern)).toThrow(reason);
});
