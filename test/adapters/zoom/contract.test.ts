import type { Switches } from '../../../emulators/zoom/choices.ts';
import { describeProvider } from '../provider-contract.ts';
import { startZoomBench } from './bench.ts';

/**
 * The defaults, and every other position of every switch. A meeting in the trash that is shown as if it lived is told from
 * a living one by nothing: see `provider.test.ts`.
 */
const POSITIONS: readonly Partial<Switches>[] = [
  {},
  {
    grantInQuery: 'refuse',
    unknownFields: 'refuse',
    startTimeOfRecurring: 'show',
    tooLargePage: 'refuse',
    listOrder: 'oldest-first',
    missingScope: 4700,
    rateHeaders: 'category',
  },
  {
    listLag: 30,
    changeExtends: true,
    farthestStart: 730,
    deleteWhileLive: 'refuse',
    endWhileIdle: 'refuse',
    deletionsCount: true,
    refusedCallsCount: false,
    rateHeaders: 'none',
    webhookTimestamp: 'milliseconds',
    webhookRetriesRefusals: true,
  },
];

for (const switches of POSITIONS) {
  describeProvider(`Zoom ${JSON.stringify(switches)}`, () => startZoomBench({ switches }));
}
