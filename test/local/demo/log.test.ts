import { expect, test } from 'vitest';
import { logLine, readingOf } from '../../../local/demo/log.ts';

const AT = Date.parse('2027-01-10T02:08:00Z');

const line = (fields: object | string) => ({
  function: 'Rooms-Requests',
  at: AT,
  line: typeof fields === 'string' ? fields : JSON.stringify(fields),
});

const common = {
  timestamp: '2027-01-10T02:08:00.123Z',
  service: 'read-calendars',
  function_request_id: 'e79e78db',
  cold_start: false,
};

test('a line is told without what every line has', () => {
  expect(logLine(line({ level: 'INFO', message: 'created', ...common, key: 'a', generation: 1 }))).toBe(
    '2027-01-10 02:08  INFO  read-calendars: created {"key":"a","generation":1}',
  );
});

test('what is no line of the log is told as it is, and metrics are left out', () => {
  expect(logLine(line('Error: out of memory'))).toBe(
    '2027-01-10 02:08  Rooms-Requests: Error: out of memory',
  );
  expect(logLine(line({ _aws: {}, FeedsRead: 1 }))).toBeUndefined();
});

test('what is said last of a feed is how its reading ended, or why it failed', () => {
  const failed = line({ message: 'feed not read', feed: 'team', error: { message: 'cannot be reached' } });
  const read = line({ message: 'feed read', feed: 'team', outcome: 'changed' });
  expect(readingOf('team', [read, failed])).toEqual({ reason: 'cannot be reached' });
  expect(readingOf('team', [failed, read])).toEqual({ outcome: 'changed' });
  expect(readingOf('other', [failed, read])).toEqual({});
});

test('a feed of which an event was left out says so', () => {
  const refused = { message: 'refused', key: 'team', error: { message: 'left out an event' } };
  const read = line({ message: 'feed read', feed: 'team', outcome: 'changed' });
  const ofReading = line({ ...common, ...refused });
  expect(readingOf('team', [read, ofReading])).toEqual({ reason: 'left out an event' });
  const ofRoom = line({ ...common, ...refused, service: 'create-rooms' });
  expect(readingOf('team', [read, ofRoom])).toEqual({ outcome: 'changed' });
});
