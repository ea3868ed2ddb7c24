import { describeProvider } from '../provider-contract.ts';
import { startDailyBench } from './bench.ts';

/** Every position of every switch, each away from its default by itself, and those that add up. */
const POSITIONS = [
  {},
  { expiredRooms: 'lingering' },
  { nameOfExpiredRoom: 'taken' },
  { expiredRooms: 'lingering', nameOfExpiredRoom: 'taken' },
  { tooLargeLimit: 'refuse' },
  { cursorOfDeletedRoom: 'refused' },
  { unknownFields: 'ignore' },
  { nameCase: 'insensitive' },
  { tokensForMissingRooms: 'refuse' },
  { retryAfter: 'seconds' },
  { rateScope: 'key' },
] as const;

for (const switches of POSITIONS) {
  describeProvider(`Daily ${JSON.stringify(switches)}`, () => startDailyBench({ switches }));
}
