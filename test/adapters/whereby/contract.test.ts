import { describeProvider } from '../provider-contract.ts';
import { startWherebyBench } from './bench.ts';

/** Every position of every switch, each away from its default by itself. */
const POSITIONS = [
  {},
  { listFilter: 'ignored' },
  { listFilter: 'refused' },
  { listOrder: 'newest' },
  { listOrder: 'shuffled' },
  { expiredListed: false },
  { deletedListed: true },
  { deletedAfter: 24 },
  { listPoints: 1 },
  { meetingId: 'uuid' },
  { roomKey: 'fresh' },
  { throttleField: 'ms_left' },
  { errorBodies: 'empty' },
  { unknownFields: 'refuse' },
  { updateStatus: 405 },
] as const;

for (const switches of POSITIONS) {
  describeProvider(`Whereby ${JSON.stringify(switches)}`, () => startWherebyBench({ switches }));
}
