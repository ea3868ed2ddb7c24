import { DeleteMessageBatchCommand, type Message, type SQSClient } from '@aws-sdk/client-sqs';
import { move, type RedriveRoute } from '../../doctor/redrive.ts';
import { deadLetter, firstId, receive, release } from './dead-letters.ts';
import type { DeadLetter } from './deployment.ts';

/** Selects dead letters. */
export type Wanted = (letter: DeadLetter) => boolean;

/** Sends some of the dead letters of a queue back. @returns how many */
export function redriveSome(sqs: SQSClient, route: RedriveRoute, wanted: Wanted): Promise<number> {
  return sift(sqs, route.deadLetters, wanted, (messages) => move(sqs, messages, route));
}

/** Deletes some of the dead letters of a queue. @returns how many */
export function discardSome(sqs: SQSClient, url: string, wanted: Wanted): Promise<number> {
  return sift(sqs, url, wanted, async (messages) => {
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    const { Failed: [failed] = [] } = await sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl: url, Entries }),
    );
    if (failed) throw new Error(`SQS did not delete a message: ${failed.Message ?? failed.Code}`);
  });
}

/**
 * Reads every message once. Messages that are not selected are visible again afterwards. So are selected
 * messages that came back meanwhile, which have a new id as well as their first one.
 */
async function sift(
  sqs: SQSClient,
  url: string,
  wanted: Wanted,
  take: (messages: readonly Message[]) => Promise<void>,
): Promise<number> {
  const seen = new Set<string>();
  const others: string[] = [];
  let taken = 0;
  try {
    while (true) {
      const messages = await receive(sqs, url, 1);
      const looked = messages.map((message) => ({ message, letter: deadLetter(message, url) }));
      const fresh = looked.filter(({ letter }) => !seen.has(firstId(letter)));
      for (const { letter } of fresh) seen.add(firstId(letter));
      const chosen = fresh.filter(({ letter }) => wanted(letter)).map(({ message }) => message);
      const rest = messages.filter((message) => !chosen.includes(message));
      others.push(...rest.flatMap(({ ReceiptHandle }) => ReceiptHandle ?? []));
      if (chosen.length > 0) await take(chosen);
      taken += chosen.length;
      if (fresh.length === 0) return taken;
    }
  } finally {
    await release(sqs, url, others);
  }
}
