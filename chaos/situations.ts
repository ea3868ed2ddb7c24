import type { Random } from '../emulators/http/random.ts';
import { entriesOf } from './audit.ts';
import { HOUR, letPass } from './clock.ts';
import type { Faults } from './faults.ts';
import { askAgain, sendLoad } from './load.ts';
import type { Scenario } from './scenario.ts';
import { backUpTables } from './table-backup.ts';
import type { Workload } from './workload.ts';

/** A problem that lasts for a day or more, in addition to the random faults. */
interface Situation {
  readonly title: string;
  /** @returns a function that ends it */
  begin(scenario: Scenario, faults: Faults): () => void;
}

const ALWAYS = { fault: 'status', times: 'always' } as const;

const SITUATIONS: readonly Situation[] = [
  {
    title: 'the provider is out',
    begin: ({ account }) => account.emulator.faults.add({ ...ALWAYS, status: 503 }),
  },
  {
    title: 'every change of a room is answered with 500',
    begin: ({ account: { emulator, calls } }) =>
      calls.change ? emulator.faults.add({ ...ALWAYS, status: 500, on: calls.change }) : () => {},
  },
  {
    title: 'the account has no place for another room',
    begin: ({ account: { emulator, calls, refusal } }) =>
      emulator.faults.add({ ...ALWAYS, status: 403, on: calls.create, body: refusal(FULL) }),
  },
  {
    title: 'the bus takes nothing',
    begin(_, faults) {
      faults.closeBus(true);
      return () => faults.closeBus(false);
    },
  },
];

const FULL = 'maximum number of rooms for the account exceeded';

/** Requests in each situation: two waves, which take 28 hours. */
const REQUESTS = 10;

/** Runs one situation after the other, each with requests and a night. */
export async function liveThroughSituations(
  scenario: Scenario,
  faults: Faults,
  load: { readonly workload: Workload; readonly random: Random; readonly say: (line: string) => void },
): Promise<void> {
  for (const { title, begin } of SITUATIONS) {
    load.say(`more than a day in which ${title}`);
    // before the storm's rules: the first rule that matches wins
    scenario.account.emulator.faults.clear();
    const end = begin(scenario, faults);
    await sendLoad(scenario.rooms, load.workload, load.random, { requests: REQUESTS });
    end();
  }
}

/**
 * Reconciles while the account lists no room although each room can be read, as with the key of another
 * account.
 */
export async function showAnEmptyList({ account, rooms }: Scenario): Promise<void> {
  const { emulator, calls, emptyPage } = account;
  const end = emulator.faults.add({ ...ALWAYS, status: 200, on: calls.list, body: emptyPage });
  await rooms.doors.reconcile();
  await letPass(rooms.stack, HOUR);
  end();
}

/** Few enough that the brake of reconciliation does not hold. */
const FORGOTTEN = 6;

/**
 * Restores the tables to a time before some requests and a night, and follows the guide: reconciles before
 * anything else, two hours later. The senders of requests since then send them again.
 *
 * @returns the rooms whose keys had no change in between: their rows must have the rooms' links again
 */
export async function restoreTheTable(
  { rooms }: Scenario,
  workload: Workload,
  random: Random,
): Promise<readonly string[]> {
  const { stack, doors } = rooms;
  const before = new Map(workload.newest);
  const known = (await entriesOf(rooms)).rows;
  const restore = await backUpTables(rooms);
  await sendLoad(rooms, workload, random, { requests: FORGOTTEN, waves: 1 });
  const { rows } = await entriesOf(rooms);
  await restore();
  stack.clock.jumpTo(stack.clock.now() + 2 * HOUR);
  await doors.reconcile();
  await letPass(stack, HOUR);
  const forgotten = new Map([...workload.newest].filter(([key, item]) => before.get(key) !== item));
  await askAgain(rooms, [...forgotten.values()]);
  return [...rows.values()]
    .filter(({ key, state }) => state === 'active' && known.has(key) && !forgotten.has(key))
    .flatMap(({ current }) => current?.id ?? []);
}
