import { SQSClient } from '@aws-sdk/client-sqs';
import { redrive } from '../doctor/redrive.ts';
import { DUMMY_CREDENTIALS } from '../local/engines/credentials.ts';
import type { LocalRooms } from '../local/rooms/local-rooms.ts';
import { HOUR, letAllBeServed, letPass } from './clock.ts';

/** How often dead letters are sent again: a message that is refused for good comes back each time. */
const REDRIVES = 3;

/**
 * Sends the dead letters again, as a person would, and lets a night pass each time. @returns how many were
 * sent again
 */
export async function drain({ stack }: LocalRooms): Promise<number> {
  const sqs = new SQSClient({
    endpoint: stack.environment.AWS_ENDPOINT_URL_SQS ?? '',
    region: 'local',
    credentials: DUMMY_CREDENTIALS,
  });
  const inboxes = stack.functions.map(({ definition: { environment } }) => environment);
  let redriven = 0;
  for (let round = 0; round < REDRIVES; round += 1) {
    for (const { WORK_QUEUE: queue, DEAD_LETTER_QUEUE: deadLetters } of inboxes) {
      if (!queue || !deadLetters) continue;
      discardPlaceless(stack, queue, deadLetters);
      redriven += await redrive(sqs, { queue, deadLetters });
    }
    await letPass(stack, 24 * HOUR);
    await letAllBeServed(stack);
    if (stack.deadLetterQueues().every((queue) => queue.messages().length === 0)) break;
  }
  sqs.destroy();
  return redriven;
}

/**
 * Discards messages to which SQS's own redrive gave a new time, and which returned to a dead-letter queue
 * before any worker read them: they cannot be distinguished from messages that were sent at that time. They
 * are copies here. In AWS the policy of the queue refuses that redrive.
 */
function discardPlaceless(stack: LocalRooms['stack'], queueUrl: string, deadLettersUrl: string): void {
  const [queue, deadLetters] = [queueUrl, deadLettersUrl].map((url) =>
    stack.queues.all().find((each) => each.url === url),
  );
  if (queue) deadLetters?.discard(queue.movedBack);
}
