import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LocalCalendar, StartCalendar } from '../calendars/calendar.ts';
import type { LogLine } from '../lambda/function.ts';
import { readAssembly } from '../stack/assembly.ts';
import type { RunningStack } from '../stack/run.ts';
import { synthesise } from '../stack/synthesise.ts';
import { makeAssemblyFolder } from './assembly-folder.ts';
import { LocalClient } from './client.ts';
import { type KeptState, openDataDirectory, type StartedWith } from './keeping.ts';
import { type LocalProvider, type StartProvider, startMeetingsApiProvider } from './provider.ts';

export interface LocalRoomsOptions {
  /** Settings of the stack, before those of `cdk.json`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Default: the Meetings API's emulator. */
  readonly startProvider?: StartProvider;
  /**
   * The name of that provider, to recognise a directory with rooms of another one. Default: `meetings-api`.
   */
  readonly providerName?: string;
  /** A calendar that starts with the stack. A name says that the directory keeps its state. */
  readonly calendar?: { readonly name?: string; readonly start: StartCalendar };
  /** The directory for the state that is kept after this run. Absent: nothing is kept. */
  readonly directory?: string;
  /** Milliseconds ahead of the real time at the start. Default: 0, or the value of an earlier run. */
  readonly clockOffset?: number;
  readonly log?: (line: LogLine) => void;
  readonly warn?: (text: string) => void;
  /** Creates the cloud assembly. Default: the app of `cdk.json`, in a separate process. */
  readonly synthesise?: typeof synthesise;
}

/** The whole of Evergreen Rooms on this machine. */
export interface LocalRooms {
  readonly stack: RunningStack;
  readonly provider: LocalProvider;
  readonly doors: LocalClient;
  readonly calendar?: LocalCalendar;
  /** It continues where an earlier run ended. */
  readonly resumed: boolean;
  stop(): Promise<void>;
}

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** How often changes of the state are saved, if it is kept. */
const SAVING_INTERVAL = 2000;

/**
 * Synthesises this project's stack for a provider on this machine, runs its template, and stores the
 * provider's credential in the secret that the stack created for it.
 */
export async function startLocalRooms(options: LocalRoomsOptions = {}): Promise<LocalRooms> {
  const { startProvider = startMeetingsApiProvider, settings, clockOffset = 0, log, warn } = options;
  const { directory, synthesise: assemble = synthesise } = options;
  const data = directory === undefined ? undefined : openDataDirectory(directory, startedWith(options));
  const provider = await startProvider(data?.kept?.provider);
  let stack: RunningStack | undefined;
  let save = () => {};
  const calendar = await options.calendar?.start({
    now: () => stack?.clock.now() ?? Date.now() + (data?.kept?.clockOffset ?? clockOffset),
    kept: data?.kept?.calendar?.state,
    onChange: () => save(),
  });
  const folder = makeAssemblyFolder();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // even if a person stops it during the start
  process.once('exit', remove);
  try {
    // the engines are loaded while the stack is being synthesised: both take about the same time
    const [, { runStack }] = await Promise.all([
      assemble(PROJECT, folder, {
        applications: [provider.application],
        ...(calendar && { calendarConnections: [calendar.connection] }),
        ...settings,
      }),
      import('../stack/run.ts'),
    ]);
    const running = await runStack(await readAssembly(folder), {
      clockOffset: data?.kept?.clockOffset ?? clockOffset,
      ...(data && { directory: data.path }),
      ...(log && { log }),
      ...(warn && { warn }),
    });
    stack = running;
    const doors = new LocalClient(running);
    await doors.putCredential(provider.application.name ?? '', provider.credential);
    if (calendar) await doors.putCredential(calendar.connection.name, calendar.credential);
    save = () =>
      data?.save({
        clockOffset: running.clock.offset(),
        provider: provider.state(),
        ...keptCalendar(options.calendar?.name, calendar),
      });
    const saving = setInterval(save, SAVING_INTERVAL).unref();
    // the tables must not be ahead of the clock, even if the process is killed during a turn
    const following = running.clock.onJump(save);
    save();
    return {
      stack: running,
      provider,
      doors,
      ...(calendar && { calendar }),
      resumed: data?.kept !== undefined,
      async stop() {
        clearInterval(saving);
        following();
        save();
        doors.close();
        await running.stop();
        await provider.close();
        await calendar?.close();
        data?.close();
        process.off('exit', remove);
        remove();
      },
    };
  } catch (error) {
    await provider.close();
    await calendar?.close();
    data?.close();
    remove();
    throw error;
  }
}

function startedWith({ providerName = 'meetings-api', calendar }: LocalRoomsOptions): StartedWith {
  return { provider: providerName, calendar: calendar?.name };
}

function keptCalendar(
  name: string | undefined,
  calendar: LocalCalendar | undefined,
): Pick<KeptState, 'calendar'> {
  return name !== undefined && calendar?.state ? { calendar: { name, state: calendar.state() } } : {};
}
