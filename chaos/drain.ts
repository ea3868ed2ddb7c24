import { SQSClient } from '@aws-sdk/client-sqs';
import { redrive } from '../doctor/redrive.ts';
import { DUMMY_CREDENTIALS } from '../local/engines/credentials.ts';
import type { LocalRooms } from '../local/rooms/local-rooms.ts';
import { HOUR, letPass } from './clock.ts';

/** How often what rests is put back: what is refused for good rests again each time. */
const REDRIVES = 3;

/** Puts back what rests, as a person would, and lets a night pass each time. @returns how many were put back */
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
    if (stack.deadLetterQueues().every((queue) => queue.messages().length === 0)) break;
  }
  sqs.destroy();
  return redriven;
}

/**
 * Messages that SQS's own redrive gave a new time and that ended in a dead-letter queue again before any worker could
 * read them: nothing tells them from messages that were sent at that time. They are copies here. In AWS that redrive is
 * refused, by the policy of the queue.
 */
function discardPlaceless(stack: LocalRooms['stack'], queueUrl: string, deadLettersUrl: string): void {
  const [queue, deadLetters] = [queueUrl, deadLettersUrl].map((url) =>
    stack.queues.all().find((each) => each.url === url),
  );
  if (queue) deadLetters?.discard(queue.movedBack);
}
