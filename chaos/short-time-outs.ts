import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

/**
 * Loaded into a function's process before its bundle. It shortens the time-outs of calls to the provider and
 * the pauses between them, so that a campaign does not wait for them.
 */
const TIMES_FASTER = 40;

const { timeout } = AbortSignal;

AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, milliseconds / TIMES_FASTER);

const { setTimeout } = timers;

timers.setTimeout = (milliseconds = 0, ...rest) => setTimeout(milliseconds / TIMES_FASTER, ...rest);
syncBuiltinESMExports();
