import { type ParseArgsConfig, parseArgs } from 'node:util';

/** @throws Error that names what is not understood */
export function readArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    const { message } = cause as Error;
    const [, option] = /^Option '(.*)' argument is ambiguous/.exec(message) ?? [];
    if (option) throw new Error(`write ${option}=VALUE for a value that begins with a dash`, { cause });
    // the first sentence names the problem; the others advise on the code of the program
    const [what = ''] = message.split('. ');
    throw new Error(`${what.charAt(0).toLowerCase()}${what.slice(1)}; --help shows what there is`, { cause });
  }
}

/**
 * @param source where the value is from
 * @throws Error if it is not a port
 */
export function portOf(value: string | boolean | undefined, source: string = '--port'): number | undefined {
  if (value === undefined) return undefined;
  const port = Number(value);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${source} must be a number from 1 to 65535, got ${value}`);
}
