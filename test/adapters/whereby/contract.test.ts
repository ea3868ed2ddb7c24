import { turnsOf } from '../../../emulators/http/switches.ts';
import { POSITIONS } from '../../../emulators/whereby/choices.ts';
import { describeProvider } from '../provider-contract.ts';
import { startWherebyBench } from './bench.ts';

describeProvider('Whereby', (switches) => startWherebyBench({ switches }), turnsOf(POSITIONS));
