import { DUE_SHARDS } from '../../functions/adapters/tables/rooms-table.ts';
import { rotateRoom } from '../../functions/rooms/actions/rotate.ts';
import { serveRequest } from '../../functions/rooms/actions/serve.ts';
import { type ReconciliationContext, reconcileRooms } from '../../functions/rooms/fleet/reconcile.ts';
import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import {
  AmbiguousOutcomeError,
  ApplicationFullError,
  ClaimHeldError,
  RequestRefusedError,
  RoomGoneError,
  ThrottledError,
  UnauthorizedError,
  UnknownRoomError,
} from '../../functions/rooms/model/errors.ts';
import type { RoomAction, RoomRequest } from '../../functions/rooms/model/room.ts';
import { HOUR, SECOND } from '../../functions/rooms/model/time.ts';
import { type Fate, mortal } from './mortal.ts';
import { movedBySqs } from './redrive.ts';
import { tapped } from './tap.ts';
import { type Watch, watched, wrongAtRest } from './watch.ts';
import { aRequest, makeWorld, type World, type WorldOptions } from './world.ts';

type Ports = RoomContext & ReconciliationContext;
type Work = (ports: Ports) => Promise<unknown>;

/** A message, and its place in the order of sending. */
export interface Sent {
  readonly at: number;
  readonly work: Work;
  /** The action for the key; a reconciliation is about no key. */
  readonly asks?: RoomAction | 'keep';
  /** Absent: it is not a request. */
  readonly request?: RoomRequest;
  /** How often it was tried without success. */
  tries?: number;
}

const serving =
  (request: RoomRequest): Work =>
  (ports) =>
    serveRequest(request, ports);

/** How often a worker waits for a key that was not requested. */
const RECEIVES = 5;

function isBuried(error: unknown, message: Sent): boolean {
  message.tries = (message.tries ?? 0) + 1;
  return error instanceof UnknownRoomError && message.tries >= RECEIVES;
}

/** The ways in which a call can fail, and whether that is before or after its effect. */
export const FAULTS = {
  reset: () => new AmbiguousOutcomeError('reset'),
  throttle: () => new ThrottledError('429', { retryAfter: SECOND, ambiguous: false }),
  unavailable: () => new ThrottledError('503', { retryAfter: SECOND, ambiguous: true }),
  unauthorized: () => new UnauthorizedError('401'),
  network: () => new Error('the service does not answer'),
  full: () => new ApplicationFullError('full'),
  gone: () => new RoomGoneError('404'),
} as const;

/** The answers of a call with the key of another account, or of an empty list. */
const NOTHING: Readonly<Record<string, unknown>> = { 'provider.list': [], 'provider.get': undefined };

/** The newest request of each stream counts: requests for a room, and actions of people. */
const STREAMS: Partial<Record<RoomAction, string>> = {
  ensure: 'request',
  cancel: 'request',
  hold: 'hold',
  release: 'hold',
  rotate: 'rotate',
  relink: 'relink',
};

export interface Break {
  /** The call of a port: `provider.create`, `rooms.write`, ... */
  readonly call: string;
  readonly fault: keyof typeof FAULTS;
  readonly when: 'before' | 'after';
}

/** The life of one key in a small world: messages that arrive, fail and repeat, while services fail. */
export class Life {
  readonly world: World;
  readonly watch: Watch;
  /** Messages that are not done, in the order of sending. */
  readonly pending: Sent[] = [];
  /** Messages that are done, but may be delivered again. */
  readonly done: Sent[] = [];
  /** Messages for a key that was never requested, after all their attempts. */
  readonly buried: Sent[] = [];
  #breaks: Break[] = [];
  readonly #outages = new Map<string, keyof typeof FAULTS | 'nothing'>();
  #backup: { readonly served: ReadonlySet<Sent>; readonly restore: () => Promise<void> } | undefined;
  /** The newest request of each stream, in the order of the requests. */
  readonly #newest = new Map<string, Sent>();
  #fate: Fate | undefined;
  #at = 0;
  readonly #early: string[] = [];

  constructor(options: WorldOptions = {}) {
    this.world = makeWorld(options);
    this.watch = watched(this.world);
  }

  get violations(): readonly string[] {
    return [...this.watch.violations, ...this.#early];
  }

  /** Sends a request, which is worked on immediately. */
  async ask(action: RoomAction, more: Partial<RoomRequest> = {}): Promise<void> {
    await this.#sendRequest(aRequest({ action, ...more }));
  }

  async #sendRequest(request: RoomRequest): Promise<void> {
    const { action } = request;
    this.#at += 1;
    const message = { at: this.#at, work: serving(request), asks: action, request };
    const stream = STREAMS[action];
    if (stream) {
      this.#newest.delete(stream);
      this.#newest.set(stream, message);
    }
    await this.attempt(message);
  }

  async send(work: Work, asks?: Sent['asks']): Promise<void> {
    this.#at += 1;
    await this.attempt({ at: this.#at, work, asks });
  }

  /**
   * Messages that SQS may have moved to the dead-letter queue, although they were done or a newer request
   * followed.
   */
  get movable(): readonly Sent[] {
    const isOlder = (message: Sent) =>
      ![...this.#newest.values()].includes(message) &&
      STREAMS[message.request?.action ?? 'knock'] === 'request';
    return [
      ...this.done.filter(({ request }) => request && request.action !== 'knock'),
      ...this.pending.filter(isOlder),
    ];
  }

  /**
   * Simulates SQS's own redrive: the message comes back with another id and time, and without the first ones.
   */
  async moveBack(message: Sent): Promise<void> {
    const index = this.pending.indexOf(message);
    if (index >= 0) this.pending.splice(index, 1);
    const { request, asks } = message;
    if (!request) throw new Error('only requests are moved');
    const moved = await movedBySqs(request, this.world.clock.now);
    this.#at += 1;
    await this.attempt({ at: this.#at, work: serving(moved), asks, request: moved });
  }

  backUp(): void {
    this.#backup = { served: new Set(this.done), restore: this.world.backUp() };
  }

  /**
   * Restores the tables to an earlier time and follows the guide: reconciles first, without faults. The
   * senders of requests since then send them again.
   */
  async restore(): Promise<void> {
    const backup = this.#backup;
    if (!backup) return;
    this.#backup = undefined;
    await this.#workOff();
    await backup.restore();
    this.watch.forget();
    this.world.clock.now += 2 * HOUR;
    await this.reconcile();
    await this.#workOff();
    const forgotten = [...this.#newest.values()].filter((message) => !backup.served.has(message));
    for (const { request } of forgotten) {
      if (request) await this.ask(request.action, { spec: request.spec });
    }
  }

  break(broken: Break): void {
    this.#breaks.push(broken);
  }

  /** Makes every call of this kind fail from now on, until `repair`. */
  outage(call: string, fault: keyof typeof FAULTS | 'nothing'): void {
    this.#outages.set(call, fault);
  }

  repair(): void {
    this.#outages.clear();
  }

  /** Kills the process during the next piece of work. */
  doom(fate: Fate): void {
    this.#fate = fate;
  }

  /** Works on a message once. */
  async attempt(message: Sent): Promise<void> {
    const index = this.pending.indexOf(message);
    if (index >= 0) this.pending.splice(index, 1);
    const fate = this.#fate;
    this.#fate = undefined;
    const { ports } = mortal(this.#ports(), fate);
    try {
      await message.work(ports);
      this.done.push(message);
      this.#judgeAcknowledged(message);
    } catch (error) {
      if (error instanceof RequestRefusedError) return;
      if (isBuried(error, message)) {
        this.buried.push(message);
        this.#judgeBuried(message);
        return;
      }
      if (error instanceof ClaimHeldError) this.world.clock.now += error.retryAfter;
      this.pending.push(message);
      this.pending.sort((a, b) => a.at - b.at);
    }
  }

  /** Runs the planner, and the workers for its nominations. */
  async night(): Promise<void> {
    const { rooms, clock } = this.world;
    for (let shard = 0; shard < DUE_SHARDS; shard += 1) {
      for (const { key, generation } of (await rooms.due(shard, clock.now)).items) {
        await this.send((ports) => rotateRoom({ key, generation, cause: 'due' }, ports), 'keep');
      }
    }
  }

  async reconcile(): Promise<void> {
    await this.send(async (ports) => void (await reconcileRooms({ applications: ports.pool.names }, ports)));
    for (const { order } of this.world.rotations.sent.splice(0)) {
      await this.send((ports) => rotateRoom(order, ports), 'keep');
    }
  }

  /** Ends all faults: all work is done, and the rest is reconciled. */
  async calmDown(): Promise<void> {
    await this.#workOff();
    for (let day = 0; day < 2; day += 1) {
      this.world.clock.now += 2 * HOUR;
      await this.reconcile();
      await this.night();
    }
  }

  async #workOff(): Promise<void> {
    this.#breaks = [];
    this.repair();
    this.#fate = undefined;
    for (let round = 0; this.pending.length > 0 && round < 100; round += 1) {
      this.world.clock.now += SECOND;
      for (const message of [...this.pending]) await this.attempt(message);
    }
  }

  /** A message is given up for an unknown key only, or where a cancelled key has nothing that it asks for. */
  #judgeBuried({ at, asks }: Sent): void {
    const row = this.world.rooms.rows.get('weekly');
    const mayBe = !row || (row.state === 'cancelled' && asks !== 'relink' && asks !== 'knock');
    if (!mayBe) this.#early.push(`message ${at}, a ${asks}, was given up although its key is ${row.state}`);
  }

  /** An acknowledged message does not come back, so its work must be complete. */
  #judgeAcknowledged({ at, asks }: Sent): void {
    if (!asks) return;
    for (const { unannounced, retirees } of this.world.rooms.rows.values()) {
      for (const { type } of unannounced ?? []) {
        this.#early.push(`message ${at} was acknowledged before ${type} was told`);
      }
      if (asks !== 'cancel' || retirees.every(({ endsAt }) => endsAt !== undefined)) continue;
      this.#early.push(`message ${at} was acknowledged before its rooms were ended`);
    }
  }

  async wrong(): Promise<readonly string[]> {
    const left = this.pending.map(({ at }) => `message ${at} is never done`);
    return [...this.violations, ...(await wrongAtRest(this.world)), ...left];
  }

  #ports(): Ports {
    const { context } = this.watch;
    const ports = {
      ...context,
      rotations: this.world.rotations,
      mode: 'repair' as const,
      timeLeft: () => HOUR,
    };
    return tapped(ports, async (name, call) => {
      const outage = this.#outages.get(name);
      if (outage === 'nothing') return NOTHING[name];
      if (outage) throw FAULTS[outage]();
      const index = this.#breaks.findIndex((broken) => broken.call === name);
      const [broken] = index < 0 ? [] : this.#breaks.splice(index, 1);
      if (broken?.when === 'before') throw FAULTS[broken.fault]();
      const result = await call();
      if (broken) throw FAULTS[broken.fault]();
      return result;
    });
  }
}
