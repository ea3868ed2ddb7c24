import { ROOM_STATES } from '../model/events.ts';
import type { Room, RoomState } from '../model/room.ts';
import type { Instant } from '../model/time.ts';
import { isAlive } from '../model/transitions.ts';

/** The share of its life that a room has left. */
export type LifeLeft = '0-5%' | '5-25%' | '25-50%' | '50-75%' | '75-100%';

const BOUNDS: readonly (readonly [share: number, name: LifeLeft])[] = [
  [0.05, '0-5%'],
  [0.25, '5-25%'],
  [0.5, '25-50%'],
  [0.75, '50-75%'],
  [1, '75-100%'],
];

/** Counts rooms by state, and living rooms by the life they have left. A state without rooms counts 0. */
export class FleetGauges {
  readonly states = new Map<RoomState, number>(ROOM_STATES.map((state) => [state, 0]));
  readonly livesLeft = new Map<LifeLeft, number>(BOUNDS.map(([, name]) => [name, 0]));
  readonly #now: Instant;

  constructor(now: Instant) {
    this.#now = now;
  }

  count({ state, current }: Room): void {
    this.states.set(state, (this.states.get(state) ?? 0) + 1);
    if (!isAlive(current, this.#now)) return;
    const share = (current.expiresAt - this.#now) / (current.expiresAt - current.renewedAt);
    const left = BOUNDS.find(([bound]) => share <= bound)?.[1] ?? '75-100%';
    this.livesLeft.set(left, (this.livesLeft.get(left) ?? 0) + 1);
  }
}
