import type { SQSRecord } from 'aws-lambda';
import { expect, it } from 'vitest';
import { forEachMessage, type Guard } from '../../functions/middleware/batch.ts';
import { aContext } from '../support/inbox.ts';

const record = {} as SQSRecord;

it('does the work of each message inside the guards, the first of them outermost', async () => {
  const steps: string[] = [];
  const guard =
    (name: string): Guard =>
    async (_message, work) => {
      steps.push(`${name} begins`);
      await work();
      steps.push(`${name} ends`);
    };
  const messages = [{ record, key: 'a', task: 'task' }];
  const batch = { messages, guards: [guard('outer'), guard('inner')] };
  await forEachMessage(async (task: string) => steps.push(task))({ Records: [record], batch }, aContext());
  expect(steps).toEqual(['outer begins', 'inner begins', 'task', 'inner ends', 'outer ends']);
});

it('does no work for a message that could not be read', async () => {
  const messages = [{ record, unreadable: new Error('no JSON') }];
  const work = forEachMessage(async () => {
    throw new Error('worked on');
  });
  await expect(work({ Records: [record], batch: { messages, guards: [] } }, aContext())).rejects.toThrow(
    'no JSON',
  );
});
