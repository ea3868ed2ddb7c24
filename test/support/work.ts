import { Session } from 'node:inspector/promises';

/**
 * Counts how often blocks of the functions' code run: a measure of work that is the same on every machine.
 */
export async function startCountingWork() {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

  /** Returns the number of blocks that have run since the last call. */
  const take = async (): Promise<number> => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    let blocks = 0;
    for (const { url, functions } of result) {
      if (!url.includes('/functions/')) continue;
      for (const { ranges } of functions) for (const { count } of ranges) blocks += count;
    }
    return blocks;
  };

  return { take, stop: () => session.disconnect() };
}
