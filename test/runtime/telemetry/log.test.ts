import type { Context } from 'aws-lambda';
import { beforeEach, expect, it, vi } from 'vitest';
import { RoomChangedError } from '../../../functions/rooms/model/errors.ts';
import { beginInvocation, log } from '../../../functions/runtime/telemetry/log.ts';
import { catchOutput } from '../../support/output.ts';

beforeEach(() => {
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'create-rooms');
});

const invocation = (awsRequestId: string) => ({ awsRequestId }) as Context;

it('is one line of JSON with level, time, service, message and details', () => {
  const output = catchOutput();
  log.info('created', { key: 'weekly', generation: 1 });
  expect(output.lines.map((line) => JSON.parse(line))).toEqual([
    {
      level: 'INFO',
      message: 'created',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'create-rooms',
      key: 'weekly',
      generation: 1,
    },
  ]);
});

it('tells the invocation, and whether it is the first of its container', () => {
  const output = catchOutput();
  for (const id of ['one', 'two']) {
    beginInvocation(invocation(id));
    log.warn('refused');
  }
  expect(output.logged('WARN')).toMatchObject([
    { function_request_id: 'one', cold_start: true },
    { function_request_id: 'two' },
  ]);
  expect(output.lines.join()).not.toContain('cold_start":false');
});

it('tells an error with its stack and its causes, and of its own fields nothing', () => {
  class AnswerError extends Error {
    override readonly name = 'AnswerError';
    readonly answer = { host_url: 'https://meetings.example/?host' };
  }
  const output = catchOutput();
  log.error('failed', { error: new AnswerError('no answer', { cause: new TypeError('torn') }) });
  const [line] = output.logged('ERROR');
  expect(line).toMatchObject({
    error: {
      name: 'AnswerError',
      message: 'no answer',
      stack: expect.stringContaining('log.test.ts'),
      cause: { name: 'TypeError', message: 'torn' },
    },
  });
  expect(output.lines.join()).not.toContain('meetings.example');
});

it('tells an error that is known by its code and message, and of its causes all', () => {
  const output = catchOutput();
  const error = new RoomChangedError('room weekly was changed meanwhile', { cause: new TypeError('torn') });
  log.error('failed', { error });
  expect(output.logged('ERROR')).toEqual([
    expect.objectContaining({
      error: {
        code: 'room_changed',
        message: 'room weekly was changed meanwhile',
        cause: { name: 'TypeError', message: 'torn', stack: expect.any(String) },
      },
    }),
  ]);
});
