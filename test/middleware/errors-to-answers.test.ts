import middy from '@middy/core';
import { expect, it } from 'vitest';
import { AnswerError, errorsToAnswers } from '../../functions/middleware/errors-to-answers.ts';
import { aContext } from '../support/inbox.ts';

function failing(error: Error) {
  const answered: number[] = [];
  const handler = middy()
    .use(errorsToAnswers(() => answered.push(1)))
    .handler(async () => {
      throw error;
    });
  return { handler, answered };
}

it('an error with a status is answered with that status and nothing else', async () => {
  const { handler, answered } = failing(new AnswerError(404));
  expect(await handler({}, aContext())).toEqual({ statusCode: 404 });
  expect(answered).toHaveLength(1);
});

it('any other error fails the invocation, so that it is counted and the caller tries again', async () => {
  const { handler, answered } = failing(new Error('the queue cannot be reached'));
  await expect(handler({}, aContext())).rejects.toThrow('the queue cannot be reached');
  expect(answered).toHaveLength(0);
});
