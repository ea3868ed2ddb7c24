import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Random, seededRandom } from '../local/emulators/http/random.ts';
import type { Queue } from '../local/engines/queue.ts';
import { type LocalRooms, startLocalRooms } from '../local/rooms/local-rooms.ts';
import { ACCOUNTS, type Account, localProvider, type ProviderName } from './accounts.ts';
import { audit, type Heard, hearing } from './audit.ts';
import { type Severity, STORMY, startWeather, type Weather } from './weather.ts';
import { drawWishes, type Wish, type Wishes } from './wishes.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly requests: number;
  readonly keys: number;
  readonly severity?: Severity;
  /** Hears how it goes. */
  readonly say?: (line: string) => void;
}

export interface Outcome {
  readonly figures: Readonly<Record<string, number>>;
  /** What must not be, a line each. */
  readonly wrong: readonly string[];
}

const HOUR = 3_600_000;

/** Requests come in waves, with so much time between two of them: nights pass, and rooms fall due. */
const BETWEEN_WAVES = 14 * HOUR;
const STRIDE = HOUR / 20;
const wavesFor = (requests: number) => Math.min(10, Math.max(2, Math.ceil(requests / 100)));

/** Of all messages, those that are delivered once more later. */
const REPEATED = 0.1;

/** The stack of this project with an account at a provider's emulator, and somebody who listens to all it says. */
export interface Ground {
  readonly account: Account;
  readonly rooms: LocalRooms;
  readonly heard: Heard;
}

export async function layGround(provider: ProviderName, seed: number): Promise<Ground> {
  const account = await ACCOUNTS[provider]({ name: 'storm', now: () => Date.now(), seed });
  const heard = hearing(account);
  const rooms = await startLocalRooms({
    startProvider: async () => localProvider(account),
    settings: { requestConcurrency: 5, rotationConcurrency: 5 },
    log: ({ line }) => heard.line(line),
  });
  rooms.stack.buses.fault = (entry) => {
    heard.event(entry);
    return undefined;
  };
  return { account, rooms, heard };
}

/** Runs the stack in a storm: what comes out of it, and what is wrong with that. */
export async function runCampaign(ground: Ground, options: CampaignOptions): Promise<Outcome> {
  const { account, rooms } = ground;
  const { seed, severity = STORMY, say = () => {} } = options;
  const { stack } = rooms;
  const began = performance.now();
  const started = stack.clock.now();
  const weather = await startWeather(stack.environment.AWS_ENDPOINT_URL_DYNAMODB ?? '', seed, severity);
  try {
    putInFront(ground, weather);
    account.emulator.faults.storm({ each: severity.provider });
    weather.hunt(stack.functions);
    const random = seededRandom(seed);
    const wishes = drawWishes(random, options.keys);
    const sent = await storm(rooms, wishes, random, options);
    say('the storm is over; what rests in dead-letter queues is put back');
    weather.clear();
    account.emulator.faults.clear();
    const redriven = await calmDown(rooms);
    const { wrong, figures } = await audit({ ...ground, wanted: wishes.wanted });
    return {
      wrong,
      figures: {
        ...sent,
        ...faultsOf(account),
        ...weather.damage,
        'put back from dead-letter queues': redriven,
        ...figures,
        'days on the clock': Math.round((stack.clock.now() - started) / (24 * HOUR)),
        seconds: Math.round((performance.now() - began) / 1000),
      },
    };
  } finally {
    weather.clear();
    await weather.close();
  }
}

/** From here on the functions call the table through the weather, and the bus is heard. */
function putInFront({ rooms: { stack }, heard }: Ground, weather: Weather): void {
  const hurry = fileURLToPath(new URL('./hurry.ts', import.meta.url));
  for (const { definition } of stack.functions) {
    Object.assign(definition.environment, {
      AWS_ENDPOINT_URL_DYNAMODB: weather.tableEndpoint,
      NODE_OPTIONS: `--import=${hurry}`,
    });
  }
  stack.buses.fault = (entry) => {
    const refusal = weather.bus(entry);
    if (!refusal) heard.event(entry);
    return refusal;
  };
}

/** A message as it was sent first, to be delivered once more. */
interface Repetition {
  readonly body: string;
  readonly id: string;
  readonly at: number;
}

async function storm(
  { stack, doors }: LocalRooms,
  wishes: Wishes,
  random: Random,
  { requests, say = () => {} }: CampaignOptions,
): Promise<{ requests: number; repeated: number }> {
  const queue = stack.queues.all().find(({ url }) => url === doors.requestsQueueUrl);
  if (!queue) throw new Error('the stack has no queue of requests');
  const lastSent = new Map<string, number>();
  const repetitions: Repetition[] = [];
  let repeated = 0;

  async function send({ key, body }: Wish): Promise<void> {
    // two wishes of one instant would be ordered by their content, which is right and not what is counted here
    while ((lastSent.get(key) ?? 0) >= Date.now()) await sleep(1);
    const at = Date.now();
    lastSent.set(key, at);
    const first = { body: JSON.stringify(body), id: randomUUID(), at };
    deliver(queue as Queue, first);
    if (random() < REPEATED) repetitions.push(first);
  }

  const waves = wavesFor(requests);
  for (let wave = 1; wave <= waves; wave += 1) {
    for (const again of repetitions.splice(0)) {
      deliver(queue, again);
      repeated += 1;
    }
    const upTo = Math.floor((requests * wave) / waves);
    for (let nth = Math.floor((requests * (wave - 1)) / waves); nth < upTo; nth += 1)
      await send(wishes.next());
    await letPass(stack, BETWEEN_WAVES);
    say(`wave ${wave} of ${waves}: ${upTo} requests`);
  }
  return { requests, repeated };
}

/**
 * Turns the clock in strides, from one piece of work to the next: not to the second in which each message comes back,
 * so that a campaign of thousands does not wait for them one by one.
 */
async function letPass(
  { clock, queues, scheduler, quiet }: LocalRooms['stack'],
  time: number,
): Promise<void> {
  const aim = clock.now() + time;
  while (clock.now() < aim) {
    await quiet();
    const wakes = queues.all().map((queue) => queue.contents().wakesAt ?? aim);
    const next = Math.min(...wakes, scheduler.nextFire() ?? aim);
    clock.jumpTo(Math.min(aim, Math.max(next, clock.now() + STRIDE)));
    scheduler.fireDue();
  }
  await quiet();
}

function deliver(queue: Queue, { body, id, at }: Repetition): void {
  queue.send(body, {
    attributes: {
      originalMessageId: { DataType: 'String', StringValue: id },
      originalSentAt: { DataType: 'Number', StringValue: String(at) },
    },
  });
}

/** How often what rests is put back: what is refused for good rests again each time. */
const REDRIVES = 3;

/** Puts back what rests, as a person would, and lets a night pass each time. @returns how many were put back */
async function calmDown({ stack }: LocalRooms): Promise<number> {
  const queueAt = (url: string | undefined) => stack.queues.all().find((queue) => queue.url === url);
  const inboxes = stack.functions.map(({ definition: { environment } }) => environment);
  let redriven = 0;
  for (let round = 0; round < REDRIVES; round += 1) {
    for (const { WORK_QUEUE, DEAD_LETTER_QUEUE } of inboxes) {
      const [from, to] = [queueAt(DEAD_LETTER_QUEUE), queueAt(WORK_QUEUE)];
      if (from && to) redriven += redrive(from, to);
    }
    await letPass(stack, 24 * HOUR);
    if (stack.deadLetterQueues().every((queue) => queue.messages().length === 0)) break;
  }
  return redriven;
}

/** What StartMessageMoveTask does. */
function redrive(from: Queue, to: Queue): number {
  const records = from.receive(100_000);
  for (const { body, receiptHandle, messageAttributes } of records) {
    const attributes = Object.entries(messageAttributes).map(([name, { dataType, stringValue }]) => [
      name,
      { DataType: dataType, StringValue: stringValue },
    ]);
    to.send(body, { attributes: Object.fromEntries(attributes) });
    from.delete(receiptHandle);
  }
  return records.length;
}

function faultsOf({ emulator }: Account): Record<string, number> {
  const counted: Record<string, number> = { 'calls of the provider': emulator.calls.all.length };
  for (const { fault } of emulator.calls.all) {
    if (fault) counted[`provider: ${fault}`] = (counted[`provider: ${fault}`] ?? 0) + 1;
  }
  return counted;
}
