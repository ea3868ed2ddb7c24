import { type LocalRooms, type LocalRoomsOptions, startLocalRooms } from '../local/rooms/local-rooms.ts';
import { ACCOUNTS, type Account, type AccountOptions, localProvider, type ProviderName } from './accounts.ts';
import { type Heard, hearing } from './audit.ts';

/** The stack of this project with an account at a provider's emulator, and a recorder of its output. */
export interface Scenario {
  readonly account: Account;
  readonly rooms: LocalRooms;
  readonly heard: Heard;
}

interface ScenarioOptions
  extends Pick<LocalRoomsOptions, 'settings' | 'synthesise'>,
    Pick<AccountOptions, 'changesPerDay'> {}

/** @param options besides the provider, the settings and the recorder */
export async function prepareScenario(
  provider: ProviderName,
  seed: number,
  { changesPerDay, ...options }: ScenarioOptions = {},
): Promise<Scenario> {
  const limit = changesPerDay === undefined ? {} : { changesPerDay };
  const account = await ACCOUNTS[provider]({ name: 'storm', now: () => Date.now(), seed, ...limit });
  const heard = hearing(account);
  const rooms = await startLocalRooms({
    startProvider: async () => localProvider(account),
    settings: { requestConcurrency: 5, rotationConcurrency: 5 },
    log: ({ line }) => heard.line(line),
    ...options,
  });
  rooms.stack.buses.fault = (entry) => {
    heard.event(entry);
    return undefined;
  };
  return { account, rooms, heard };
}
