import type { SQSRecord } from 'aws-lambda';
import { parseMessage } from '../../functions/requests/parse.ts';
import type { RoomRequest } from '../../functions/rooms/model/room.ts';
import { originOf } from '../../functions/runtime/queue/work-queue.ts';
import { SETTINGS } from '../requests/incoming.ts';

/**
 * Returns a message as SQS's own redrive returns it: with another id, another time and no trace of the first
 * ones.
 */
function movedAt(now: number): SQSRecord {
  return {
    messageId: 'another',
    attributes: { SentTimestamp: String(now), DeadLetterQueueSourceArn: 'arn:aws:sqs:::dead-letters' },
    messageAttributes: {},
  } as unknown as SQSRecord;
}

/**
 * Returns the request of a message that SQS moved to the dead-letter queue and back, as the requests function
 * reads it.
 */
export async function movedBySqs(request: RoomRequest, now: number): Promise<RoomRequest> {
  const { key, action } = request;
  const body = JSON.stringify({
    key,
    action,
    ...(action === 'ensure' && { display_name: 'Weekly', lifetime: 'P90D' }),
  });
  const { requests } = await parseMessage({ body, ...originOf(movedAt(now)) }, SETTINGS);
  const [{ sequence } = request] = requests;
  return { ...request, sequence };
}
