import type { Context } from 'aws-lambda';
import { readEnvironment } from './configuration.ts';
import type { CommonEnvironment } from './environment.ts';
import { writeLine } from './line.ts';

type Level = 'INFO' | 'WARN' | 'ERROR';

/** What a line tells beside its message. An `error` is told with its stack and its causes. */
type Details = Readonly<Record<string, unknown>> & { readonly error?: Error };

/** Lines of the log, their fields named as Powertools names them, for tools that know those names. */
export const log = {
  info: (message: string, details?: Details) => write('INFO', message, details),
  warn: (message: string, details?: Details) => write('WARN', message, details),
  error: (message: string, details?: Details) => write('ERROR', message, details),
};

let invocation: object = {};
let invocations = 0;

/** Has every line from now on tell of this invocation. */
export function beginInvocation({ awsRequestId, functionName }: Context): void {
  invocations += 1;
  invocation = {
    function_name: functionName,
    function_request_id: awsRequestId,
    cold_start: invocations === 1,
  };
}

function write(level: Level, message: string, { error, ...details }: Details = {}): void {
  const { POWERTOOLS_SERVICE_NAME: service } = readEnvironment<Partial<CommonEnvironment>>(
    [],
    ['POWERTOOLS_SERVICE_NAME'],
  );
  const timestamp = new Date().toISOString();
  writeLine({ level, message, timestamp, service, ...invocation, ...details, error: error && shown(error) });
}

/** An error's own fields are not shown: they may hold what nobody thought of when the log was made safe. */
function shown({ name, message, stack, cause }: Error): object {
  return { name, message, stack, cause: cause instanceof Error ? shown(cause) : undefined };
}
