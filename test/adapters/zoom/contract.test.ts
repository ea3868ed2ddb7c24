import { turnsOf } from '../../../emulators/http/switches.ts';
import { POSITIONS } from '../../../emulators/zoom/choices.ts';
import { describeProvider } from '../provider-contract.ts';
import { startZoomBench } from './bench.ts';

describeProvider('Zoom', (switches) => startZoomBench({ switches }), turnsOf(POSITIONS));
