import { expect, test } from 'vitest';
import { type Awaited, awaitAll } from '../../cli/commands/following.ts';
import type { Deployment } from '../../cli/deployment/deployment.ts';
import type { Claim, Room } from '../../functions/rooms/model/room.ts';
import { sourceOf } from '../../functions/rooms/model/sequence.ts';
import { aRoom, aSpec, START } from '../support/rooms.ts';
import { keptTerminal } from './terminal.ts';

const SOURCE = sourceOf('ensure');
const KEY = 'team/weekly';

const DONE = { code: 0, out: `${KEY}  active  generation 1\n`, err: '' };
const NOT_YET = { code: 1, out: '', err: `${KEY}: not done yet; show ${KEY} says why\n` };

/** The row after so many messages of the source. */
const after = (messages: number, more: Partial<Room> = {}) =>
  aRoom({ key: KEY, sequences: { [SOURCE]: String(messages) }, ...more });

const claim: Claim = {
  owner: 'worker',
  purpose: 'open',
  generation: 1,
  application: 'first',
  takenAt: START,
  leaseUntil: START,
  spec: aSpec(),
  expiresAt: START,
  announcement: { type: 'Room Created', reason: 'requested' },
};

/** What a command that waits for a message finds at each look. Then its time is over. */
interface Found {
  readonly before?: Room;
  readonly rows: readonly (Room | undefined)[];
  /** The message rests in a dead-letter queue from this look on. */
  readonly givenUp?: number;
}

async function waitFor({ before, rows, givenUp = Number.POSITIVE_INFINITY }: Found) {
  let look = 0;
  const { terminal, said } = keptTerminal({
    between: rows.slice(1).map(() => async () => {
      look += 1;
    }),
  });
  const letter = { id: 'sent', body: '', attributes: { failureReason: 'the pool is full' } };
  const other = { ...letter, id: 'another', attributes: { failureReason: 'no reason of this message' } };
  // what is asked of a deployment while a command waits, and no more
  const deployment = {
    rooms: { read: async () => rows[look] },
    deadLetters: async () => (look >= givenUp ? [other, letter] : [other]),
  } as unknown as Deployment;
  const waiting: readonly Awaited[] = [{ key: KEY, id: 'sent', before, source: SOURCE }];
  const code = await awaitAll(waiting, { timeout: Number.POSITIVE_INFINITY, deployment }, { terminal });
  return { code, ...said };
}

test.each<[string, Found]>([
  ['the row of a new key', { rows: [undefined, after(1)] }],
  ['the next message on its row', { before: after(1), rows: [after(1), after(2)] }],
  ['a row whose room is open', { rows: [after(1, { claim }), after(1)] }],
  [
    'a row whose room is announced',
    { rows: [after(1, { unannounced: [{ type: 'Room Created', reason: 'requested' }] }), after(1)] },
  ],
])('a command waits for %s', async (_, found) => {
  expect(await waitFor(found)).toEqual(DONE);
  // each look before the last one is not enough
  expect(await waitFor({ ...found, rows: found.rows.slice(0, -1) })).toEqual(NOT_YET);
});

test('a message that is given up is refused, although the row of its key is there', async () => {
  const rows = [after(1), after(1), after(2)];
  expect(await waitFor({ before: after(1), rows, givenUp: 1 })).toEqual({
    code: 1,
    out: '',
    err: `${KEY}: given up: the pool is full\n`,
  });
});
