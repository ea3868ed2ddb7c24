import type { Queue } from '../local/engines/queue.ts';
import type { LocalRooms } from '../local/rooms/local-rooms.ts';
import { HOUR, letPass } from './clock.ts';

/** How often what rests is put back: what is refused for good rests again each time. */
const REDRIVES = 3;

/** Puts back what rests, as a person would, and lets a night pass each time. @returns how many were put back */
export async function calmDown({ stack }: LocalRooms): Promise<number> {
  const queueAt = (url: string | undefined) => stack.queues.all().find((queue) => queue.url === url);
  const inboxes = stack.functions.map(({ definition: { environment } }) => environment);
  let redriven = 0;
  for (let round = 0; round < REDRIVES; round += 1) {
    for (const { WORK_QUEUE, DEAD_LETTER_QUEUE } of inboxes) {
      const [from, to] = [queueAt(DEAD_LETTER_QUEUE), queueAt(WORK_QUEUE)];
      if (from && to) redriven += redrive(from, to);
    }
    await letPass(stack, 24 * HOUR);
    if (stack.deadLetterQueues().every((queue) => queue.messages().length === 0)) break;
  }
  return redriven;
}

/** What StartMessageMoveTask does. */
function redrive(from: Queue, to: Queue): number {
  const records = from.receive(100_000);
  for (const { body, receiptHandle, messageAttributes } of records) {
    const attributes = Object.entries(messageAttributes).map(([name, { dataType, stringValue }]) => [
      name,
      { DataType: dataType, StringValue: stringValue },
    ]);
    to.send(body, { attributes: Object.fromEntries(attributes) });
    from.delete(receiptHandle);
  }
  return records.length;
}
