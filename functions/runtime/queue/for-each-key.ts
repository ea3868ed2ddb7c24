import { RequestRefusedError } from '../../rooms/model/errors.ts';

/** How many pieces of one message are worked on at the same time: a series may have two hundred rooms. */
const WORKERS = 5;

/**
 * Runs all work. The pieces of one key run in sequence, so that the second does not find the claim of the
 * first.
 *
 * @throws the first temporary failure, otherwise the first refusal. A refusal moves the message to the
 * dead-letter queue after all other pieces are done
 */
export async function forEachKey<Piece extends { readonly key: string }>(
  pieces: readonly Piece[],
  work: (piece: Piece) => Promise<void>,
): Promise<void> {
  const lines = [...Map.groupBy(pieces, ({ key }) => key).values()];
  const refusals: RequestRefusedError[] = [];
  const attempt = async (piece: Piece) => {
    try {
      await work(piece);
    } catch (error) {
      if (!(error instanceof RequestRefusedError)) throw error;
      refusals.push(error);
    }
  };
  const worker = async () => {
    for (let line = lines.shift(); line; line = lines.shift()) {
      for (const piece of line) await attempt(piece);
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: WORKERS }, worker));
  const failed = workers.find((ended) => ended.status === 'rejected');
  if (failed) throw failed.reason;
  if (refusals[0]) throw refusals[0];
}
