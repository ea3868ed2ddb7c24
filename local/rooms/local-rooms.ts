import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LogLine } from '../lambda/function.ts';
import { readAssembly } from '../stack/assembly.ts';
import type { RunningStack } from '../stack/run.ts';
import { synthesise } from '../stack/synthesise.ts';
import { Doors } from './doors.ts';
import { type LocalProvider, newIdentity, startMeetingsApiProvider } from './provider.ts';

export interface LocalRoomsOptions {
  /** Settings of the stack, before those of `cdk.json`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Default: the Meetings API's emulator. */
  readonly startProvider?: () => Promise<LocalProvider>;
  readonly log?: (line: LogLine) => void;
  readonly warn?: (text: string) => void;
}

/** The whole of Evergreen Rooms on this machine. */
export interface LocalRooms {
  readonly stack: RunningStack;
  readonly provider: LocalProvider;
  readonly doors: Doors;
  stop(): Promise<void>;
}

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Synthesises this project's stack for a provider on this machine, runs its template, and puts the provider's
 * credential into the secret that the stack made for it.
 */
export async function startLocalRooms(options: LocalRoomsOptions = {}): Promise<LocalRooms> {
  const {
    startProvider = async () => startMeetingsApiProvider(await newIdentity()),
    settings,
    log,
    warn,
  } = options;
  const provider = await startProvider();
  const folder = await mkdtemp(join(tmpdir(), 'evergreen-rooms-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // also where a person stops it before it is up
  process.once('exit', remove);
  try {
    // the engines are loaded while the stack is being synthesised: both take about as long
    const [, { runStack }] = await Promise.all([
      synthesise(PROJECT, folder, { applications: [provider.application], ...settings }),
      import('../stack/run.ts'),
    ]);
    const stack = await runStack(await readAssembly(folder), { ...(log && { log }), ...(warn && { warn }) });
    const doors = new Doors(stack);
    await doors.putCredential(provider.application.name ?? '', provider.credential);
    return {
      stack,
      provider,
      doors,
      async stop() {
        doors.close();
        await stack.stop();
        await provider.close();
        process.off('exit', remove);
        remove();
      },
    };
  } catch (error) {
    await provider.close();
    remove();
    throw error;
  }
}
