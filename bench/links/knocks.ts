import { QUICK } from '../../functions/links/script.ts';
import { type LocalRooms, startLocalRooms } from '../../local/rooms/local-rooms.ts';
import { type MeetingsApiProvider, startMeetingsApiProvider } from '../../local/rooms/provider.ts';

/** How long a provider takes to create a room, in milliseconds. */
const PROVIDER_TIME = 200;
/** Knocks before the measurement, until all processes of the function and the workers run. */
const WARM_UP = 5;
/** Milliseconds between two checks of the link. */
const GLANCE = 10;
/** Milliseconds from one knock to the next, so that a container of the function accepts all of them. */
const PACE = 600;
/** Milliseconds after which the wait for a room ends. */
const PATIENCE = 30_000;

/** Milliseconds from the press of the button, for each knock. */
export interface KnockRuns {
  /** Until the link redirects to the room. */
  readonly open: number[];
  /** Until the page, which checks from time to time, enters the room. */
  readonly entered: number[];
}

/**
 * Runs the whole stack on this machine, with a provider that takes 200 ms. A visitor knocks at one key on
 * demand after the other; the two kinds of visitor alternate.
 */
export async function measureKnocks(knocks: number): Promise<KnockRuns> {
  let provider: MeetingsApiProvider | undefined;
  const rooms = await startLocalRooms({
    startProvider: async () => {
      provider = await startMeetingsApiProvider();
      return provider;
    },
  });
  try {
    const faults = provider?.emulator.faults;
    faults?.add({ fault: 'delay', delay: PROVIDER_TIME, on: 'POST /rooms', times: 'always' });
    const links = await askForLinks(rooms, WARM_UP + 2 * knocks);
    for (const link of links.splice(0, WARM_UP)) await knock(link, GLANCE);
    const runs: KnockRuns = { open: [], entered: [] };
    for (const [index, link] of links.entries()) {
      const next = new Promise((over) => setTimeout(over, PACE));
      if (index % 2 === 0) runs.open.push(await knock(link, GLANCE));
      else runs.entered.push(await knock(link, QUICK.pause));
      await next;
    }
    return runs;
  } finally {
    await rooms.stop();
  }
}

async function askForLinks({ doors, stack }: LocalRooms, count: number): Promise<string[]> {
  for (let key = 0; key < count; key += 1) {
    const renewal = { mode: 'on-demand' };
    const request = { key: `knock-${key}`, display_name: 'Ad hoc', lifetime: 'PT4H', renewal };
    await doors.send(JSON.stringify(request));
  }
  await stack.settle();
  return (await doors.rooms()).flatMap(({ link }) => (link === undefined ? [] : [link]));
}

/** Presses the button, and checks after each pause as the page does. */
async function knock(link: string, pause: number): Promise<number> {
  const headers = { accept: 'application/json' };
  const began = performance.now();
  const { status } = await fetch(link, { method: 'POST', headers });
  if (status !== 202) throw new Error(`a knock was answered with ${status}`);
  while (performance.now() - began < PATIENCE) {
    await new Promise((over) => setTimeout(over, pause));
    const { state } = (await (await fetch(link, { headers })).json()) as { readonly state: string };
    if (state !== 'live') continue;
    const entered = await fetch(link, { redirect: 'manual' });
    if (entered.status !== 302) throw new Error(`an open room was answered with ${entered.status}`);
    return performance.now() - began;
  }
  throw new Error(`no room was open after ${PATIENCE} ms`);
}
