import type { Context } from 'aws-lambda';
import { RoomError } from '../../rooms/model/errors.ts';
import { readEnvironment } from '../configuration.ts';
import type { CommonEnvironment } from '../environment.ts';
import { writeLine } from './line.ts';

type Level = 'INFO' | 'WARN' | 'ERROR';

/**
 * The fields of a line besides its message. An `error` has its causes, and its stack if it was unexpected.
 */
type Details = Readonly<Record<string, unknown>> & { readonly error?: Error };

/** The lines of the log. Fields have the names of Powertools, for tools that know those. */
export const log = {
  info: (message: string, details?: Details) => write('INFO', message, details),
  warn: (message: string, details?: Details) => write('WARN', message, details),
  error: (message: string, details?: Details) => write('ERROR', message, details),
};

let invocation: object = {};
let invocations = 0;

/** Adds the id of this invocation to every line from now on. Each byte of a line costs money in each message. */
export function beginInvocation({ awsRequestId }: Context): void {
  invocations += 1;
  invocation = { function_request_id: awsRequestId, ...(invocations === 1 && { cold_start: true }) };
}

function write(level: Level, message: string, { error, ...details }: Details = {}): void {
  const { POWERTOOLS_SERVICE_NAME: service } = readEnvironment<Partial<CommonEnvironment>>(
    [],
    ['POWERTOOLS_SERVICE_NAME'],
  );
  const timestamp = new Date().toISOString();
  writeLine({ level, message, timestamp, service, ...invocation, ...details, error: error && shown(error) });
}

/** An error's own fields are left out, because they may contain anything. */
function shown(error: Error): object {
  const { message } = error;
  const cause = error.cause instanceof Error ? shown(error.cause) : undefined;
  // the bundler shortens its name, and its stack says no more than its message
  if (error instanceof RoomError) return { code: error.code, message, cause };
  return { name: error.name, message, stack: error.stack, cause };
}
