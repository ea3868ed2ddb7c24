import { POSITIONS } from '../../../emulators/daily/choices.ts';
import { turnsOf } from '../../../emulators/http/switches.ts';
import { describeProvider } from '../provider-contract.ts';
import { startDailyBench } from './bench.ts';

describeProvider('Daily', (switches) => startDailyBench({ switches }), [
  ...turnsOf(POSITIONS),
  // these two add up
  { expiredRooms: 'lingering', nameOfExpiredRoom: 'taken' },
]);
